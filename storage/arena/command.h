#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/result.h"

/// What goes over the dataplane's command socket: JSON, one request and one answer a line, any
/// number of them a connection.
///
///     {"version":1,"command":"add","streams":[{"name":"news","source":"udp://239.1.1.1:5000"}]}
///     {"version":1,"ok":true,"generation":8,"added":["news"],"changed":[],"removed":[]}
namespace sluice::arena {

inline constexpr int kCommandVersion = 1;
/// Bytes of a request, without its newline: 4,096 streams with all their keys.
inline constexpr size_t kLongestRequest = 8 << 20;

enum class Command {
  kList,    ///< which streams are captured
  kAdd,     ///< streams that are new
  kChange,  ///< streams that are there, each given whole
  kRemove,  ///< streams by name
  kReload,  ///< the configuration's file is read again
  kDrain,   ///< capture stops and everything is sealed, until a reload or restart
};

struct CommandRequest {
  Command command = Command::kList;
  /// add, change: an item of the configuration's `streams` each. In the request an object, or a
  /// text, which may be YAML.
  std::vector<std::string> streams;
  std::vector<std::string> names;  ///< remove
  std::string file;                ///< reload: the file that the asker believes to be meant
};

struct ListedStream {
  std::string name;
  std::string source;
  std::string state;        ///< as in the status; "starting" until it is captured
  bool by_command = false;  ///< it came by the command socket, not from the configuration
};

struct CommandAnswer {
  std::string error;                  ///< empty = it was done; else nothing was
  std::vector<std::string> problems;  ///< what is wrong with the streams or the file, with places
  std::vector<std::string> restart;   ///< settings that only a restart changes
  uint64_t generation = 0;            ///< of the set of streams that is now in force
  std::vector<std::string> added;
  std::vector<std::string> changed;
  std::vector<std::string> removed;
  /// Of the added and changed ones, those that are not captured yet: control has to tell where
  /// their numbers go on.
  std::vector<std::string> starting;
  std::vector<ListedStream> streams;  ///< list
};

/// Each in one line, without its newline.
std::string to_line(const CommandRequest& request);
std::string to_line(const CommandAnswer& answer);
/// Fail on what is no such message, or of another version, and say so.
Result<CommandRequest> parse_request(std::string_view line);
Result<CommandAnswer> parse_answer(std::string_view line);

std::filesystem::path command_socket_path(const std::filesystem::path& folder);

}  // namespace sluice::arena
