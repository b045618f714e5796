#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include <prometheus/metric_family.h>

namespace sluice::api {

/// Label names and values.
using Labels = std::vector<prometheus::ClientMetric::Label>;

/// Collects samples into families of one name each, in the order in which the names come.
class MetricFamilies {
 public:
  void counter(const char* name, const char* help, double value, Labels labels = {});
  void gauge(const char* name, const char* help, double value, Labels labels = {});

  /// Prometheus' text format, version 0.0.4.
  std::string text() const;

 private:
  prometheus::ClientMetric& add(const char* name, const char* help, prometheus::MetricType type,
                                Labels labels);

  std::vector<prometheus::MetricFamily> families_;
  std::unordered_map<std::string, size_t> index_;
};

}  // namespace sluice::api
