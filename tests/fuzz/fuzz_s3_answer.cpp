#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "storage/object/s3_error.h"
#include "storage/object/s3_message.h"
#include "storage/object/xml.h"

using namespace sluice;

/// A server may say anything: elements lie within its answer, and any text survives being written
/// into an element and read back.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view xml(reinterpret_cast<const char*>(data), size);
  for (const std::string_view inner : object::xml_elements(xml, "Contents")) {
    if (!inner.empty() &&
        (inner.data() < xml.data() || inner.data() + inner.size() > xml.data() + xml.size())) {
      std::abort();
    }
  }
  const auto listing = object::parse_listing(xml);
  if (!listing && listing.error().message.empty()) std::abort();
  for (const long status : {200L, 301L, 403L, 404L, 503L}) {
    object::HttpResponse response;
    response.status = status;
    response.body = xml;
    if (object::refusal(response, "GET s3://bucket/key").error.message.empty()) std::abort();
  }
  const std::string element = "<Key>" + object::xml_escape(xml) + "</Key>";
  if (object::xml_text(element, "Key") != xml) std::abort();
  return 0;
}
