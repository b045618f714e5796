#include "control/api/metric_families.h"

#include <prometheus/text_serializer.h>

#include <sstream>
#include <utility>

namespace sluice::api {

prometheus::ClientMetric& MetricFamilies::add(const char* name, const char* help,
                                              prometheus::MetricType type, Labels labels) {
  const auto [found, is_new] = index_.try_emplace(name, families_.size());
  if (is_new) {
    families_.push_back({name, help, type, {}});
  }
  auto& metric = families_[found->second].metric.emplace_back();
  metric.label = std::move(labels);
  return metric;
}

void MetricFamilies::counter(const char* name, const char* help, double value, Labels labels) {
  add(name, help, prometheus::MetricType::Counter, std::move(labels)).counter.value = value;
}

void MetricFamilies::gauge(const char* name, const char* help, double value, Labels labels) {
  add(name, help, prometheus::MetricType::Gauge, std::move(labels)).gauge.value = value;
}

std::string MetricFamilies::text() const {
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families_);
  return std::move(out).str();
}

}  // namespace sluice::api
