#include "tools/tune/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

namespace sluice::tools::tune {

void print_findings(const std::vector<Finding>& findings, std::ostream& out) {
  size_t width = 0;
  for (const Finding& finding : findings) {
    width = std::max(width, finding.check.size());
  }
  for (const Finding& finding : findings) {
    out << fmt::format("{}  {:<{}}  {}\n", finding.good ? "ok   " : "TO DO", finding.check, width,
                       finding.is);
    if (!finding.good) {
      const std::string space(width + 9, ' ');
      out << space << "should be: " << finding.should << "\n"
          << space << "# " << finding.command << "\n";
    }
  }
}

api::Json findings_json(const std::vector<Finding>& findings) {
  api::Json json = api::Json::array();
  for (const Finding& finding : findings) {
    json.push_back({{"check", finding.check},
                    {"ok", finding.good},
                    {"is", finding.is},
                    {"should", finding.good ? api::Json() : api::Json(finding.should)},
                    {"command", finding.good ? api::Json() : api::Json(finding.command)}});
  }
  return json;
}

}  // namespace sluice::tools::tune
