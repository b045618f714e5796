#include "tools/import/to_streams.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <tuple>

#include "tools/import/channel_source.h"
#include "tools/import/stream_name.h"

namespace sluice::tools::import {
namespace {

constexpr size_t kMostStreams = 4096;  // of one appliance

std::optional<unsigned> number(const std::string& text, unsigned least, unsigned most) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool good =
      error == std::errc() && end == text.data() + text.size() && value >= least && value <= most;
  return good ? std::optional(value) : std::nullopt;
}

/// What two streams may not have in common, or they would archive the same twice.
using Flow = std::tuple<std::string, uint16_t, std::string, int, int>;

Flow flow(const config::Stream& stream) {
  return {stream.source.host, stream.source.port, stream.ssm, stream.vlan ? int{*stream.vlan} : -1,
          int{stream.program.number}};
}

class Importer {
 public:
  Importer(std::vector<Remark> remarks, bool folders) : folders_(folders) {
    out_.remarks = std::move(remarks);
  }

  void take(const Channel& channel) {
    auto source = channel_source(channel);
    if (!source) {
      return refuse(channel, source.error().message);
    }
    config::Stream stream{
        .name = *StreamId::parse("unnamed"), .source = source->source, .ssm = source->ssm};
    if (const Status read = read_numbers(channel, stream); !read) {
      return refuse(channel, read.error().message);
    }
    const auto [same, fresh] = flows_.emplace(flow(stream), channel.line);
    if (!fresh) {
      return refuse(channel, "the same packets as line " + std::to_string(same->second));
    }
    if (out_.streams.size() == kMostStreams) {
      return refuse(channel,
                    "an appliance takes at most " + std::to_string(kMostStreams) + " streams");
    }
    for (const std::string& note : source->notes) {
      remark(channel, note);
    }
    read_group(channel, stream);
    read_bitrate(channel, stream);
    name(channel, stream);
    out_.streams.push_back(std::move(stream));
  }

  Imported end() {
    if (unused_categories_ > 0) {
      out_.remarks.push_back({first_category_, false,
                              "categories (" + std::to_string(unused_categories_) +
                                  " channels) are not used; --folders makes them the first part "
                                  "of names"});
    }
    std::ranges::stable_sort(out_.remarks, {}, &Remark::line);
    out_.refused = static_cast<size_t>(std::ranges::count_if(out_.remarks, &Remark::refused));
    return std::move(out_);
  }

 private:
  void remark(const Channel& channel, std::string message) {
    out_.remarks.push_back({channel.line, false, std::move(message)});
  }
  void refuse(const Channel& channel, const std::string& message) {
    out_.remarks.push_back(
        {channel.line, true, (channel.name.empty() ? "" : "\"" + channel.name + "\": ") + message});
  }

  Status read_numbers(const Channel& channel, config::Stream& out) {
    if (!channel.vlan.empty()) {
      const auto vlan = number(channel.vlan, 1, 4094);
      if (!vlan) {
        return fail("the VLAN \"" + channel.vlan + "\" is no number from 1 to 4094");
      }
      out.vlan = static_cast<uint16_t>(*vlan);
    }
    if (!channel.program.empty()) {
      const auto program = number(channel.program, 1, 65535);
      if (!program) {
        return fail("the programme \"" + channel.program + "\" is no number from 1 to 65535");
      }
      out.program = {config::Program::Kind::kNumber, static_cast<uint16_t>(*program)};
    }
    return {};
  }

  void read_group(const Channel& channel, config::Stream& out) {
    out.group = legal_name(channel.group);
    if (out.group != channel.group) {
      remark(channel, "the group \"" + channel.group + "\" is called \"" + out.group + "\"");
    }
  }

  void read_bitrate(const Channel& channel, config::Stream& out) {
    if (channel.bitrate.empty()) {
      return;
    }
    if (const auto bitrate = channel_bitrate(channel.bitrate, channel.bitrate_unit)) {
      out.bitrate = *bitrate;
    } else {
      remark(channel, bitrate.error().message);
    }
  }

  void name(const Channel& channel, config::Stream& out) {
    std::string wanted = legal_name(channel.name);
    if (wanted.empty()) {
      wanted = legal_name(out.source.host + "-" + std::to_string(out.source.port));
    }
    const std::string category = legal_name(channel.category);
    if (folders_ && !category.empty()) {
      wanted = category + "/" + wanted;
    } else if (!channel.category.empty() && unused_categories_++ == 0) {
      first_category_ = channel.line;
    }
    const std::string given = names_.take(wanted);
    if (given != channel.name) {
      ++out_.renamed;
      remark(channel, (channel.name.empty() ? "has no name" : "\"" + channel.name + "\"") +
                          ": is called \"" + given + "\"");
    }
    out.name = *StreamId::parse(given);
  }

  const bool folders_;
  Imported out_;
  UniqueNames names_;
  std::map<Flow, size_t> flows_;
  size_t unused_categories_ = 0;
  size_t first_category_ = 0;
};

}  // namespace

Imported to_streams(ChannelList list, bool folders) {
  Importer importer(std::move(list.remarks), folders);
  for (const Channel& channel : list.channels) {
    importer.take(channel);
  }
  return importer.end();
}

}  // namespace sluice::tools::import
