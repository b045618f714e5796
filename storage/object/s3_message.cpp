#include "storage/object/s3_message.h"

#include <algorithm>
#include <charconv>

#include "storage/object/uri.h"
#include "storage/object/xml.h"

namespace sluice::object {
namespace {

constexpr std::string_view kNamespace = "\"http://s3.amazonaws.com/doc/2006-03-01/\"";

std::string element(std::string_view name, std::string_view text) {
  return "<" + std::string(name) + ">" + xml_escape(text) + "</" + std::string(name) + ">";
}

/// Undoes `encoding-type=url`, in which a blank may be written as '+' and a '+' never is.
std::string decode_key(std::string text) {
  std::replace(text.begin(), text.end(), '+', ' ');
  return uri_decode(text);
}

Result<ObjectInfo> parse_object(std::string_view xml, bool encoded) {
  const auto key = xml_text(xml, "Key");
  const auto size = xml_text(xml, "Size");
  ObjectInfo out;
  if (!key || !size ||
      std::from_chars(size->data(), size->data() + size->size(), out.size).ec != std::errc()) {
    return fail(Next::kRetry, "the answer lists an object without key or size");
  }
  out.key = encoded ? decode_key(*key) : *key;
  return out;
}

}  // namespace

std::string location_constraint(std::string_view region) {
  if (region == "us-east-1") {
    return {};
  }
  return "<CreateBucketConfiguration xmlns=" + std::string(kNamespace) + ">" +
         element("LocationConstraint", region) + "</CreateBucketConfiguration>";
}

std::string cors_configuration(const std::vector<std::string>& origins) {
  std::string rule;
  for (const std::string& origin : origins) {
    rule += element("AllowedOrigin", origin);
  }
  for (const std::string_view method : {"GET", "HEAD"}) {
    rule += element("AllowedMethod", method);
  }
  rule += element("AllowedHeader", "*");
  for (const std::string_view header : {"Content-Range", "Content-Length", "ETag"}) {
    rule += element("ExposeHeader", header);
  }
  rule += element("MaxAgeSeconds", "3600");
  return "<CORSConfiguration xmlns=" + std::string(kNamespace) + "><CORSRule>" + rule +
         "</CORSRule></CORSConfiguration>";
}

Result<Listing> parse_listing(std::string_view xml) {
  if (xml_elements(xml, "ListBucketResult").size() != 1) {
    return fail(Next::kRetry, "the answer is not a ListBucketResult");
  }
  const bool encoded = xml_text(xml, "EncodingType") == "url";
  Listing out;
  for (const std::string_view entry : xml_elements(xml, "Contents")) {
    auto object = parse_object(entry, encoded);
    if (!object) {
      return fail(object.error());
    }
    out.objects.push_back(std::move(*object));
  }
  if (xml_text(xml, "IsTruncated") == "true") {
    out.next = xml_text(xml, "NextContinuationToken").value_or("");
    if (out.next.empty()) {
      return fail(Next::kRetry, "the answer is cut short without saying where it goes on");
    }
  }
  return out;
}

}  // namespace sluice::object
