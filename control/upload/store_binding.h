#pragma once

#include <string>

#include "storage/catalog/catalog.h"
#include "storage/object/store.h"

namespace sluice::upload {

/// Ties the catalog to its store by an object with an id in both. A store that is empty where the
/// catalog says otherwise was emptied or replaced, and the catalog starts anew; a store with
/// another id is adopted with a warning. One thread: the store's.
class StoreBinding {
 public:
  /// @param store  repeats what fails; outlives this, as does the catalog
  /// @param prefix  `storage.prefix`
  StoreBinding(object::ObjectStore& store, catalog::Catalog& catalog, const std::string& prefix);
  StoreBinding(const StoreBinding&) = delete;
  StoreBinding& operator=(const StoreBinding&) = delete;

  /// Makes the bucket if need be and looks at the marker; `bound` is true some polls later.
  void start();
  bool bound() const { return bound_; }

 private:
  void look();
  void found(const std::string& marker);
  void missing();
  void bind(const std::string& id);

  object::ObjectStore& store_;
  catalog::Catalog& catalog_;
  std::string key_;
  std::string marker_;  // in place while it is being stored
  bool bound_ = false;
};

}  // namespace sluice::upload
