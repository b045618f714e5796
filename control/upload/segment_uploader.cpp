#include "control/upload/segment_uploader.h"

#include <iterator>
#include <utility>

namespace sluice::upload {

void SegmentUploader::start() {
  for (auto next = waiting_.begin(); next != waiting_.end() && in_flight_.size() < kMostAtOnce;) {
    if (of_stream_[next->sealed.stream] >= kMostOfOneStream) {
      ++next;
      continue;
    }
    TakenSegment segment = std::move(*next);
    next = waiting_.erase(next);
    send(std::move(segment));
  }
}

void SegmentUploader::send(TakenSegment segment) {
  ++of_stream_[segment.sealed.stream];
  in_flight_.push_back(std::move(segment));
  const auto it = std::prev(in_flight_.end());
  store_.put({.key = arena::segment_key(it->sealed),
              .body = it->sealed.payload,
              .content_type = "video/mp2t"},
             [this, it](const Status& stored) {
               --of_stream_[it->sealed.stream];
               if (stored) {
                 stored_.push_back(std::move(*it));
               } else {
                 waiting_.push_front(std::move(*it));
               }
               in_flight_.erase(it);
             });
}

}  // namespace sluice::upload
