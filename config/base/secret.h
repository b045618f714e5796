#pragma once

#include <ostream>
#include <string>
#include <utility>

namespace sluice {

/// A text that must not show in logs, errors or status: it prints as `***` and is wiped when it
/// goes.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { other.wipe(); }
  Secret& operator=(Secret&& other) noexcept {
    value_ = std::move(other.value_);
    other.wipe();
    return *this;
  }
  ~Secret() { wipe(); }

  /// The text itself. Call this only where it is used, never to print it.
  const std::string& reveal() const { return value_; }
  bool empty() const { return value_.empty(); }
  bool operator==(const Secret&) const = default;

 private:
  void wipe() {
    // volatile: the compiler may not drop the stores to a dying object
    for (volatile char& c : value_) {
      c = 0;
    }
    value_.clear();
  }

  std::string value_;
};

inline std::ostream& operator<<(std::ostream& out, const Secret& secret) {
  return out << (secret.empty() ? "" : "***");
}

}  // namespace sluice
