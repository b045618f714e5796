#include "storage/object/factory.h"

#include <utility>

#include "storage/object/credentials.h"
#include "storage/object/file_store.h"
#include "storage/object/s3_store.h"

namespace sluice::object {
namespace {

Result<std::unique_ptr<ObjectStore>> make_file_store(const config::Storage& storage,
                                                     const std::string& public_base) {
  if (!storage.file_root().is_absolute()) {
    return fail("storage endpoint '" + storage.endpoint +
                "' is not an absolute path: it has to look like file:///var/lib/sluice/archive");
  }
  std::string base = storage.public_endpoint.empty() ? public_base : storage.public_endpoint;
  if (base.ends_with('/')) {
    base.pop_back();
  }
  return std::make_unique<FileStore>(FileRoot(storage.file_root(), storage.bucket),
                                     base + '/' + storage.bucket);
}

}  // namespace

Result<std::unique_ptr<ObjectStore>> make_store(const config::Storage& storage, const Clock& clock,
                                                const std::string& public_base) {
  if (storage.is_file()) {
    return make_file_store(storage, public_base);
  }
  auto store =
      S3Store::make(storage, clock, make_credentials(storage.credentials, process_environment()));
  if (!store) {
    return fail(store.error());
  }
  return std::unique_ptr<ObjectStore>(std::move(*store));
}

}  // namespace sluice::object
