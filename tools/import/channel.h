#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace sluice::tools::import {

/// One channel as a list gives it: nothing is checked yet, what is missing is empty.
struct Channel {
  size_t line = 0;
  std::string name;
  std::string url;
  std::string address;  ///< may have its port with it
  std::string port;
  std::string ssm;
  std::string vlan;
  std::string bitrate;
  std::string bitrate_unit;  ///< what the column's title says about it: "Mbps"
  std::string program;
  std::string protocol;
  std::string group;     ///< of streams that are one channel in several qualities
  std::string category;  ///< news, sport: where a receiver's menu has it
};

/// Something to tell whoever imports: with `refused`, that a line was not taken; else what became
/// of it.
struct Remark {
  size_t line = 0;  ///< from 1
  bool refused = false;
  std::string message;

  bool operator==(const Remark&) const = default;
};

/// What a list holds. Every line of it is a channel, in a remark, blank, or a comment that a remark
/// counts.
struct ChannelList {
  std::vector<Channel> channels;
  std::vector<Remark> remarks;
};

}  // namespace sluice::tools::import
