#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "config/base/result.h"
#include "tools/gen/options.h"

namespace sluice::gen {

/// What is to be done to one datagram.
struct Fault {
  enum class Kind : uint8_t { kNone, kDrop, kDuplicate, kReorder, kCorrupt } kind = Kind::kNone;
  unsigned by = 0;      ///< kReorder: it leaves behind this many of the same channel
  size_t offset = 0;    ///< kCorrupt: which byte of the payload
  uint8_t flipped = 0;  ///< kCorrupt: which bits of it
};

/// Draws faults for one channel; the same seed draws the same.
class FaultDice {
 public:
  FaultDice(const FaultRates& rates, uint64_t seed) : rates_(rates), random_(seed) {}

  /// @param size  bytes of the payload
  Fault roll(size_t size);

 private:
  FaultRates rates_;
  std::mt19937_64 random_;
};

/// Counts faults, and writes them down if a file was named: a line of JSON each.
class FaultLog {
 public:
  static Result<FaultLog> open(const std::filesystem::path& file);
  FaultLog(FaultLog&& other) noexcept;
  FaultLog& operator=(FaultLog&&) = delete;
  ~FaultLog();

  void add(unsigned channel, uint64_t datagram, const Fault& fault);
  uint64_t count(Fault::Kind kind) const { return counts_[static_cast<size_t>(kind)]; }

 private:
  explicit FaultLog(std::FILE* file) : file_(file) {}
  std::FILE* file_;
  uint64_t counts_[5] = {};
};

/// "drop", "duplicate", …
std::string to_string(Fault::Kind kind);

}  // namespace sluice::gen
