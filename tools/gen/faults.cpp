#include "tools/gen/faults.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace sluice::gen {

Fault FaultDice::roll(size_t size) {
  constexpr uint32_t kAll = 1'000'000;
  if (rates_.drop + rates_.duplicate + rates_.reorder + rates_.corrupt == 0) {
    return {};
  }
  auto point = static_cast<uint32_t>(random_() % kAll);
  const auto hit = [&point](uint32_t rate) {
    const bool is = point < rate;
    point -= is ? 0 : rate;
    return is;
  };
  if (hit(rates_.drop)) {
    return {.kind = Fault::Kind::kDrop};
  }
  if (hit(rates_.duplicate)) {
    return {.kind = Fault::Kind::kDuplicate};
  }
  if (hit(rates_.reorder)) {
    return {.kind = Fault::Kind::kReorder, .by = static_cast<unsigned>(1 + random_() % 4)};
  }
  if (hit(rates_.corrupt)) {
    return {.kind = Fault::Kind::kCorrupt,
            .offset = random_() % size,
            .flipped = static_cast<uint8_t>(1U << random_() % 8)};
  }
  return {};
}

std::string to_string(Fault::Kind kind) {
  switch (kind) {
    case Fault::Kind::kNone:
      return "none";
    case Fault::Kind::kDrop:
      return "drop";
    case Fault::Kind::kDuplicate:
      return "duplicate";
    case Fault::Kind::kReorder:
      return "reorder";
    case Fault::Kind::kCorrupt:
      return "corrupt";
  }
  return "none";
}

Result<FaultLog> FaultLog::open(const std::filesystem::path& file) {
  if (file.empty()) {
    return FaultLog(nullptr);
  }
  std::FILE* opened = std::fopen(file.c_str(), "w");
  if (opened == nullptr) {
    return fail("cannot write " + file.string() + ": " + std::strerror(errno));
  }
  return FaultLog(opened);
}

FaultLog::FaultLog(FaultLog&& other) noexcept : file_(std::exchange(other.file_, nullptr)) {
  std::memcpy(counts_, other.counts_, sizeof counts_);
}

FaultLog::~FaultLog() {
  if (file_ != nullptr) {
    std::fclose(file_);
  }
}

void FaultLog::add(unsigned channel, uint64_t datagram, const Fault& fault) {
  ++counts_[static_cast<size_t>(fault.kind)];
  if (file_ == nullptr) {
    return;
  }
  std::fprintf(file_, "{\"stream\":%u,\"datagram\":%llu,\"fault\":\"%s\"", channel,
               static_cast<unsigned long long>(datagram), to_string(fault.kind).c_str());
  if (fault.kind == Fault::Kind::kReorder) {
    std::fprintf(file_, ",\"by\":%u", fault.by);
  } else if (fault.kind == Fault::Kind::kCorrupt) {
    std::fprintf(file_, ",\"offset\":%zu,\"flipped\":%u", fault.offset, fault.flipped);
  }
  std::fputs("}\n", file_);
}

}  // namespace sluice::gen
