#include "config/problems.h"

#include <algorithm>
#include <tuple>

namespace sluice::config {

std::vector<Problem> Problems::take() {
  std::ranges::stable_sort(all_, {}, [](const Problem& p) { return std::tuple(p.line, p.column); });
  return std::move(all_);
}

std::string to_string(const Problem& problem) {
  std::string where = problem.file;
  if (problem.line > 0) {
    where += ":" + std::to_string(problem.line) + ":" + std::to_string(problem.column);
  }
  return where + ": " + problem.message;
}

std::string to_string(const std::vector<Problem>& problems) {
  std::string text;
  for (const Problem& problem : problems) {
    text += (text.empty() ? "" : "\n") + to_string(problem);
  }
  return text;
}

}  // namespace sluice::config
