#include "dataplane/media/stream_info.h"

namespace sluice::media {

std::string StreamInfo::codecs_attribute() const {
  std::string text;
  for (const std::string& codec : codecs) {
    if (!text.empty()) text += ',';
    text += codec;
  }
  return text;
}

StreamInfo read_stream_info(Bytes) {
  return {};
}

}  // namespace sluice::media
