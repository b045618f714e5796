#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::object {

/// Just enough XML for S3's answers, which machines write: elements without attributes that matter,
/// no CDATA. Anything else reads as "not there", never as an error or beyond the text.

/// What stands inside each element `name`, in order, wherever it is.
std::vector<std::string_view> xml_elements(std::string_view xml, std::string_view name);

/// The text of the first element `name`, entities resolved.
std::optional<std::string> xml_text(std::string_view xml, std::string_view name);

/// Text made safe to stand inside an element.
std::string xml_escape(std::string_view text);

}  // namespace sluice::object
