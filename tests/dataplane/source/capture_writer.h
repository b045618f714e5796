#pragma once

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace sluice::test {

/// Writes capture files by hand, after the formats' descriptions (pcap: libpcap's savefile format;
/// pcapng: draft-ietf-opsawg-pcapng), apart from libpcap.
class CaptureWriter {
 public:
  using Buffer = std::vector<uint8_t>;
  enum class Format { kMicroseconds, kNanoseconds, kBigEndian, kPcapng, kPcapngNanoseconds };

  explicit CaptureWriter(Format format, uint32_t link = 1) : format_(format) {
    if (is_pcapng()) {
      section_header();
      interface_description(link);
    } else {
      u32(format == Format::kNanoseconds ? 0xa1b23c4d : 0xa1b2c3d4);
      u16(2);
      u16(4);
      u32(0);
      u32(0);
      u32(65535);
      u32(link);
    }
  }

  /// @param length  on the wire, if more than was captured
  void frame(int64_t utc_ns, const Buffer& bytes, size_t length = 0) {
    const auto captured = static_cast<uint32_t>(bytes.size());
    const auto wire = static_cast<uint32_t>(length == 0 ? bytes.size() : length);
    const int64_t unit = nanoseconds() ? 1 : 1000;
    if (is_pcapng()) {
      const uint32_t padded = (captured + 3) / 4 * 4;
      const auto ticks = static_cast<uint64_t>(utc_ns / unit);
      u32(6);
      u32(32 + padded);
      u32(0);
      u32(static_cast<uint32_t>(ticks >> 32));
      u32(static_cast<uint32_t>(ticks));
      u32(captured);
      u32(wire);
      raw(bytes);
      out_.resize(out_.size() + padded - captured);
      u32(32 + padded);
    } else {
      u32(static_cast<uint32_t>(utc_ns / 1'000'000'000));
      u32(static_cast<uint32_t>(utc_ns % 1'000'000'000 / unit));
      u32(captured);
      u32(wire);
      raw(bytes);
    }
  }

  const Buffer& bytes() const { return out_; }

  void save(const std::filesystem::path& path, size_t without_last = 0) const {
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(out_.data()),
               static_cast<std::streamsize>(out_.size() - without_last));
  }

 private:
  bool is_pcapng() const {
    return format_ == Format::kPcapng || format_ == Format::kPcapngNanoseconds;
  }
  bool nanoseconds() const {
    return format_ == Format::kNanoseconds || format_ == Format::kPcapngNanoseconds;
  }
  void section_header() {
    u32(0x0a0d0d0a);
    u32(28);
    u32(0x1a2b3c4d);
    u16(1);
    u16(0);
    u32(0xffffffff);
    u32(0xffffffff);
    u32(28);
  }
  void interface_description(uint32_t link) {
    const uint32_t total = nanoseconds() ? 32 : 20;
    u32(1);
    u32(total);
    u16(static_cast<uint16_t>(link));
    u16(0);
    u32(0);
    if (nanoseconds()) {
      u16(9);  // if_tsresol
      u16(1);
      raw({9, 0, 0, 0});
      u32(0);  // opt_endofopt
    }
    u32(total);
  }
  void raw(const Buffer& bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
  void number(uint32_t value, int size) {
    for (int i = 0; i < size; ++i) {
      const int place = format_ == Format::kBigEndian ? size - 1 - i : i;
      out_.push_back(static_cast<uint8_t>(value >> 8 * place));
    }
  }
  void u16(uint16_t value) { number(value, 2); }
  void u32(uint32_t value) { number(value, 4); }

  Format format_;
  Buffer out_;
};

/// A file that is gone when this is.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& name)
      : path_(std::filesystem::temp_directory_path() /
              ("sluice-" + std::to_string(::getpid()) + "-" + name)) {}
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace sluice::test
