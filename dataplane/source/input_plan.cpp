#include "dataplane/source/input_plan.h"

#include <algorithm>

#include "dataplane/source/interface.h"
#include "dataplane/source/vdev.h"

namespace sluice::source {
namespace {

constexpr uint32_t kJumboFrame = 9728;

bool from_network(const config::Stream& stream) {
  return stream.source.scheme == config::Scheme::kUdp ||
         stream.source.scheme == config::Scheme::kRtp;
}

/// Gives an input the groups of the streams that may arrive there.
Status add_groups(const config::Appliance& appliance, InputPlan& input) {
  for (const config::Stream& stream : appliance.streams) {
    const auto flow = flow_of(stream);
    if (!flow) {
      return fail(flow.error());
    }
    if (*flow && may_arrive(stream, input)) {
      input.groups.push_back((*flow)->group);
    }
  }
  return {};
}

/// The user's arguments without the devices that ports make themselves.
std::vector<std::string> without_devices_of(const std::vector<InputPlan>& inputs,
                                            const std::vector<std::string>& eal) {
  std::vector<std::string> arguments;
  for (size_t i = 0; i < eal.size(); ++i) {
    if (!eal[i].starts_with("--vdev")) {
      arguments.push_back(eal[i]);
    } else if (eal[i] == "--vdev") {
      ++i;
    }
  }
  for (const Vdev& device : vdevs(eal)) {
    const bool is_ports =
        std::any_of(inputs.begin(), inputs.end(),
                    [&device](const InputPlan& input) { return input.device.name == device.name; });
    if (!is_ports) {
      arguments.push_back("--vdev=" + device.str());
    }
  }
  return arguments;
}

Status plan_ports(const config::Appliance& appliance, SourcePlan& plan) {
  const std::vector<Vdev> devices = vdevs(appliance.dataplane.eal);
  std::vector<config::Port> ports = appliance.dataplane.ports;
  if (ports.empty()) {
    for (const Vdev& device : devices) {
      ports.push_back({.name = device.name, .device = device.name});
    }
  }
  if (ports.empty()) {
    return fail(
        "dataplane: there is no port for the streams from the network; name one in "
        "dataplane.ports, or an interface in dataplane.interface");
  }
  for (const config::Port& port : ports) {
    auto device = plan_device(port, devices);
    if (!device) {
      return fail(device.error());
    }
    if (!device->own_buffers) {
      plan.frame_bytes = std::max(plan.frame_bytes, device->frame_bytes);
    }
    plan.inputs.push_back(
        {.port = port, .interface = device->interface, .device = std::move(*device)});
  }
  plan.eal = without_devices_of(plan.inputs, appliance.dataplane.eal);
  plan.live = true;
  return {};
}

Status plan_pcap(const std::string& name, SourcePlan& plan) {
  auto interface = find_interface(name);
  if (!interface) {
    return fail("dataplane.interface: " + interface.error().message);
  }
  if (auto allowed = may_capture(); !allowed) {
    return allowed;
  }
  plan.frame_bytes = std::clamp(interface->mtu + 22, plan.frame_bytes, kJumboFrame);
  plan.inputs.push_back({.port = {.name = name, .device = name}, .interface = name});
  plan.live = true;
  return {};
}

Status plan_network(const config::Appliance& appliance, SourcePlan& plan) {
  switch (appliance.dataplane.driver) {
    case config::Driver::kDpdk:
      return plan_ports(appliance, plan);
    case config::Driver::kPcap:
      return plan_pcap(appliance.dataplane.interface, plan);
    case config::Driver::kFile:
      plan.frame_bytes = kJumboFrame;
      plan.inputs.push_back({.port = {.name = appliance.dataplane.path.string()}});
      return {};
  }
  return {};
}

}  // namespace

Result<std::optional<StreamFlow>> flow_of(const config::Stream& stream) {
  if (!from_network(stream)) {
    return std::optional<StreamFlow>();
  }
  const auto destination = net::IpAddress::parse(stream.source.host);
  if (!destination) {
    return fail("stream " + stream.name.str() + ": " + destination.error().message);
  }
  net::IpAddress source;
  if (!stream.ssm.empty()) {
    const auto parsed = net::IpAddress::parse(stream.ssm);
    if (!parsed) {
      return fail("stream " + stream.name.str() + ", ssm: " + parsed.error().message);
    }
    source = *parsed;
  }
  const uint16_t vlan = stream.vlan.value_or(0);
  return StreamFlow{.rule = {*destination, stream.source.port, source, vlan, 0},
                    .group = {*destination, source, vlan}};
}

bool may_arrive(const config::Stream& stream, const InputPlan& input) {
  return stream.port.empty() || stream.port == input.port.name;
}

Status check_arrival(const config::Stream& stream, const SourcePlan& plan) {
  const bool somewhere =
      !from_network(stream) ||
      std::any_of(plan.inputs.begin(), plan.inputs.end(),
                  [&stream](const InputPlan& input) { return may_arrive(stream, input); });
  if (somewhere) {
    return {};
  }
  return fail("stream " + stream.name.str() +
              (stream.port.empty() ? ": the dataplane has no port open, since it was started with "
                                     "files alone; restart it"
                                   : ": there is no port \"" + stream.port + "\""));
}

Result<SourcePlan> plan_sources(const config::Appliance& appliance) {
  SourcePlan plan;
  bool any_from_network = false;
  for (uint32_t i = 0; i < appliance.streams.size(); ++i) {
    if (appliance.streams[i].source.scheme == config::Scheme::kFile) {
      plan.files.push_back(i);
    }
    any_from_network = any_from_network || from_network(appliance.streams[i]);
  }
  if (!any_from_network) {
    return plan;
  }
  if (auto planned = plan_network(appliance, plan); !planned) {
    return fail(planned.error());
  }
  for (InputPlan& input : plan.inputs) {
    if (auto added = add_groups(appliance, input); !added) {
      return fail(added.error());
    }
  }
  for (const config::Stream& stream : appliance.streams) {
    if (auto arrives = check_arrival(stream, plan); !arrives) {
      return fail(arrives.error());
    }
  }
  return plan;
}

}  // namespace sluice::source
