#pragma once

#include <functional>
#include <map>
#include <string>

#include "storage/object/store.h"

namespace sluice::upload {

/// Keeps small objects, playlists above all, at their newest text. Of each key one transfer is
/// under way; a text that is overtaken before its turn is never sent. One thread: the store's.
class ObjectWriter {
 public:
  /// Runs when the text given with it, or a newer one, is stored.
  using Stored = std::function<void()>;

  /// @param store  repeats what fails; outlives this
  explicit ObjectWriter(object::ObjectStore& store) : store_(store) {}
  ObjectWriter(const ObjectWriter&) = delete;
  ObjectWriter& operator=(const ObjectWriter&) = delete;

  void put(const std::string& key, std::string text, std::string content_type, Stored stored = {});

  /// Whether every text is stored.
  bool idle() const { return slots_.empty(); }

 private:
  struct Slot {
    std::string sending;  ///< in place until its transfer is finished
    std::vector<Stored> sent;
    std::string next;
    std::vector<Stored> wanted;
    bool has_next = false;
    std::string content_type;
  };
  void send(const std::string& key, Slot& slot);
  void finished(const std::string& key);

  object::ObjectStore& store_;
  std::map<std::string, Slot> slots_;
};

}  // namespace sluice::upload
