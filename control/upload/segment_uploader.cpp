#include "control/upload/segment_uploader.h"

#include <iterator>
#include <utility>

namespace sluice::upload {

void SegmentUploader::start() {
  while (!waiting_.empty() && in_flight_.size() < kMostAtOnce) {
    in_flight_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
    const auto it = std::prev(in_flight_.end());
    store_.put({.key = arena::segment_key(it->sealed),
                .body = it->sealed.payload,
                .content_type = "video/mp2t"},
               [this, it](const Status& stored) {
                 if (stored) {
                   stored_.push_back(std::move(*it));
                 } else {
                   waiting_.push_front(std::move(*it));
                 }
                 in_flight_.erase(it);
               });
  }
}

}  // namespace sluice::upload
