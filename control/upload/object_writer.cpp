#include "control/upload/object_writer.h"

#include <utility>

#include "storage/playlist/media_playlist.h"

namespace sluice::upload {

void ObjectWriter::put(const std::string& key, std::string text, std::string content_type,
                       Stored stored) {
  const auto [it, idle] = slots_.try_emplace(key);
  Slot& slot = it->second;
  slot.next = std::move(text);
  slot.has_next = true;
  slot.content_type = std::move(content_type);
  if (stored) {
    slot.wanted.push_back(std::move(stored));
  }
  if (idle) {
    send(key, slot);
  }
}

void ObjectWriter::send(const std::string& key, Slot& slot) {
  slot.sending = std::exchange(slot.next, {});
  slot.sent = std::exchange(slot.wanted, {});
  slot.has_next = false;
  store_.put({.key = key,
              .body = {as_bytes(slot.sending)},
              .content_type = slot.content_type,
              .cache_control = playlist::kNoCache},
             [this, key](const Status&) { finished(key); });
}

void ObjectWriter::finished(const std::string& key) {
  const auto it = slots_.find(key);
  const std::vector<Stored> sent = std::exchange(it->second.sent, {});
  if (it->second.has_next) {
    send(key, it->second);
  } else {
    slots_.erase(it);
  }
  for (const Stored& stored : sent) {
    stored();
  }
}

}  // namespace sluice::upload
