#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "config/base/digest.h"
#include "config/base/result.h"

struct pcap;

namespace sluice::source {

/// A frame of a capture file.
struct CapturedFrame {
  Bytes bytes;             ///< what was captured of it, from its Ethernet header on
  uint32_t length = 0;     ///< its length on the wire: more than bytes.size() if the capture cut it
  int64_t arrival_ns = 0;  ///< the capture's time stamp, UTC
};

/// Reads Ethernet frames from a `.pcap` or `.pcapng` file, time stamps in micro- or nanoseconds.
/// One thread.
class CaptureFile {
 public:
  /// Fails if the file cannot be read, is no capture, or holds other frames than Ethernet.
  static Result<CaptureFile> open(const std::filesystem::path& path);

  /// The next frame, or none at the end. Its bytes stay where they are until the next call. An
  /// error means that the file is damaged from here on (a capture that was broken off ends so): the
  /// frames before it are sound.
  Result<std::optional<CapturedFrame>> next();

 private:
  struct Close {
    void operator()(pcap* handle) const;
  };
  CaptureFile(std::filesystem::path path, pcap* handle) : path_(std::move(path)), handle_(handle) {}

  std::filesystem::path path_;
  std::unique_ptr<pcap, Close> handle_;
};

}  // namespace sluice::source
