#pragma once

#include <string>

#include "storage/catalog/catalog.h"
#include "storage/object/store.h"

namespace sluice::upload {

/// Ties the catalog to its store by a marker, an object with an id that the catalog knows. A store
/// that has neither the marker nor the newest segment was emptied or replaced, and the catalog
/// starts anew; if only the marker is gone, it is written again. A store with another id is adopted
/// with a warning. One thread: the store's.
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
  void start_anew(const std::string& known);
  void bind(const std::string& id);

  object::ObjectStore& store_;
  catalog::Catalog& catalog_;
  std::string key_;
  std::string marker_;  // in place while it is being stored
  bool bound_ = false;
};

}  // namespace sluice::upload
