#pragma once

#include <set>
#include <string>
#include <string_view>

namespace sluice::tools::import {

/// A channel's name as a part of a stream's name: Latin letters lose their accents, `+` becomes
/// "plus" and `&` "and", everything else that a StreamId may not hold a '-'. Empty if nothing is
/// left. At most 80 characters.
std::string legal_name(std::string_view name);

/// Gives out names that differ, by a number at the end where they would not.
class UniqueNames {
 public:
  std::string take(const std::string& wanted);

 private:
  std::set<std::string> taken_;
};

}  // namespace sluice::tools::import
