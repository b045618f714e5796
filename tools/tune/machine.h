#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace sluice::tools::tune {

using Cpus = std::set<unsigned>;

/// The slots of a NIC's receive ring: those in use, and those that it could have.
struct ReceiveRing {
  unsigned slots = 0;
  unsigned most = 0;
};

/// This machine as `/proc` and `/sys` tell of it, below a root that tests make up. Changes nothing.
class Machine {
 public:
  using Rings = std::function<std::optional<ReceiveRing>(const std::string& interface)>;

  /// @param ask_rings  the kernel's word on an interface's ring; no file tells
  /// @param ask_clock  whether the kernel takes its clock for synchronised
  Machine(std::filesystem::path root, Rings ask_rings, std::function<bool()> ask_clock)
      : rings(std::move(ask_rings)), clock_is_set(std::move(ask_clock)), root_(std::move(root)) {}

  /// The machine that this runs on.
  static Machine own();

  /// The first line of a file; nothing if it cannot be read.
  std::optional<std::string> line(const std::filesystem::path& file) const;
  std::optional<uint64_t> number(const std::filesystem::path& file) const;
  /// A list such as "0-3,8"; empty if there is none.
  Cpus cpus(const std::filesystem::path& file) const;
  std::vector<std::string> lines(const std::filesystem::path& file) const;
  /// The names in a folder, sorted.
  std::vector<std::string> names(const std::filesystem::path& folder) const;
  bool exists(const std::filesystem::path& file) const;
  /// The last part of where a link leads.
  std::string link(const std::filesystem::path& file) const;
  /// Bytes of the file system that a folder lies in, or would lie in, whether used or not.
  uint64_t room(std::filesystem::path folder) const;

  Rings rings;
  std::function<bool()> clock_is_set;

 private:
  std::filesystem::path at(const std::filesystem::path& file) const {
    return root_ / file.relative_path();
  }
  std::filesystem::path root_;
};

/// Reads a list such as "0-3,8"; what is no list is empty.
Cpus parse_cpus(const std::string& text);
/// "0-3,8".
std::string to_string(const Cpus& cpus);

}  // namespace sluice::tools::tune
