#include "dataplane/source/capture_file.h"

#include <pcap/pcap.h>

#include <string>

namespace sluice::source {

void CaptureFile::Close::operator()(pcap* handle) const {
  ::pcap_close(handle);
}

Result<CaptureFile> CaptureFile::open(const std::filesystem::path& path) {
  char reason[PCAP_ERRBUF_SIZE] = {};
  pcap_t* handle =
      ::pcap_open_offline_with_tstamp_precision(path.c_str(), PCAP_TSTAMP_PRECISION_NANO, reason);
  if (handle == nullptr) {
    const std::string text = reason;
    const bool named = text.find(path.string()) != std::string::npos;
    return fail("cannot read the capture file " + (named ? text : path.string() + ": " + text));
  }
  CaptureFile file(path, handle);
  const int link = ::pcap_datalink(handle);
  if (link != DLT_EN10MB) {
    const char* name = ::pcap_datalink_val_to_name(link);
    return fail(
        "the capture file " + path.string() + " holds " +
        (name != nullptr ? name : "link type " + std::to_string(link)) +
        " frames, not Ethernet: capture on one interface (tcpdump -i eth1), not on \"any\"");
  }
  return file;
}

Result<std::optional<CapturedFrame>> CaptureFile::next() {
  pcap_pkthdr* header = nullptr;
  const u_char* bytes = nullptr;
  switch (::pcap_next_ex(handle_.get(), &header, &bytes)) {
    case 1:
      return CapturedFrame{
          .bytes = {bytes, header->caplen},
          .length = header->len,
          // With nanosecond precision, tv_usec holds nanoseconds.
          .arrival_ns = int64_t{header->ts.tv_sec} * 1'000'000'000 + header->ts.tv_usec};
    case PCAP_ERROR_BREAK:
      return std::nullopt;
    default:
      return fail("the capture file " + path_.string() +
                  " is damaged: " + ::pcap_geterr(handle_.get()));
  }
}

}  // namespace sluice::source
