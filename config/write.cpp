#include "config/write.h"

#include <yaml-cpp/yaml.h>

#include "config/base/units.h"

namespace sluice::config {
namespace {

/// Texts are quoted, so that none is taken for something else.
class Writer {
 public:
  explicit Writer(YAML::EMITTER_MANIP style = YAML::Block) {
    yaml_.SetMapFormat(style);
    yaml_.SetSeqFormat(style);
  }

  void begin(const char* key) { yaml_ << YAML::Key << key << YAML::BeginMap; }
  void begin() { yaml_ << YAML::BeginMap; }
  void end() { yaml_ << YAML::EndMap; }
  void begin_list(const char* key) { yaml_ << YAML::Key << key << YAML::BeginSeq; }
  void end_list() { yaml_ << YAML::EndSeq; }

  void text(const char* key, const std::string& value) {
    if (!value.empty()) {
      yaml_ << YAML::Key << key << YAML::Value << YAML::DoubleQuoted << value;
    }
  }
  void word(const char* key, const std::string& value) {
    yaml_ << YAML::Key << key << YAML::Value << value;
  }
  void number(const char* key, uint64_t value) { word(key, std::to_string(value)); }
  void boolean(const char* key, bool value) { word(key, value ? "true" : "false"); }
  void duration(const char* key, Duration value) { word(key, format_duration(value)); }
  void texts(const char* key, const std::vector<std::string>& values) {
    yaml_ << YAML::Key << key << YAML::Value << YAML::Flow << YAML::BeginSeq;
    for (const std::string& value : values) {
      yaml_ << YAML::DoubleQuoted << value;
    }
    yaml_ << YAML::EndSeq;
  }
  void numbers(const char* key, const std::vector<unsigned>& values) {
    if (!values.empty()) {
      yaml_ << YAML::Key << key << YAML::Value << YAML::Flow << values;
    }
  }

  std::string str() const { return line() + "\n"; }
  std::string line() const { return yaml_.c_str(); }

 private:
  YAML::Emitter yaml_;
};

std::string pace(Pace value) {
  return value == Pace::kMax ? "max" : "recorded";
}

std::string source_url(const Source& source) {
  const bool v6 = source.host.find(':') != std::string::npos;
  const std::string authority =
      (v6 ? "[" + source.host + "]" : source.host) + ":" + std::to_string(source.port);
  switch (source.scheme) {
    case Scheme::kUdp:
      return "udp://" + authority;
    case Scheme::kRtp:
      return "rtp://" + authority;
    case Scheme::kFile:
      return "file://" + source.path.string() + "?pace=" + pace(source.pace);
    case Scheme::kRtsp:
      break;
  }
  return source.url;
}

void write_ports(Writer& out, const std::vector<Port>& ports) {
  out.begin_list("ports");
  for (const Port& port : ports) {
    out.begin();
    out.text("name", port.name);
    out.text("device", port.device);
    out.number("rx_queues", port.rx_queues);
    if (port.mtu != 0) {
      out.number("mtu", port.mtu);
    }
    out.text("address", port.address);
    out.word("allmulticast", port.allmulticast == AllMulticast::kAuto ? "auto"
                             : port.allmulticast == AllMulticast::kOn ? "on"
                                                                      : "off");
    out.end();
  }
  out.end_list();
}

void write_dataplane(Writer& out, const Dataplane& dataplane) {
  out.begin("dataplane");
  out.word("driver", dataplane.driver == Driver::kDpdk   ? "dpdk"
                     : dataplane.driver == Driver::kPcap ? "pcap"
                                                         : "file");
  out.text("interface", dataplane.interface);
  if (dataplane.driver == Driver::kFile) {
    out.text("path", dataplane.path);
    out.word("pace", pace(dataplane.pace));
  }
  if (dataplane.interface.empty() || dataplane.driver != Driver::kDpdk) {
    out.texts("eal", dataplane.eal);
    if (!dataplane.ports.empty()) {
      write_ports(out, dataplane.ports);
    }
  }
  out.begin("lcores");
  if (dataplane.lcores.main) {
    out.number("main", *dataplane.lcores.main);
  }
  out.numbers("rx", dataplane.lcores.rx);
  out.numbers("segment", dataplane.lcores.segment);
  out.end();
  out.word("idle", dataplane.idle == Idle::kSpin ? "spin" : "adaptive");
  out.end();
}

void write_arena(Writer& out, const Arena& arena) {
  out.begin("arena");
  out.text("path", arena.path);
  if (arena.size != 0) {
    out.word("size", std::to_string(arena.size) + "B");
  } else {
    out.duration("hold", arena.hold);
  }
  out.end();
}

void write_stream(Writer& out, const Stream& stream) {
  out.begin();
  out.text("name", stream.name.str());
  out.text("source", source_url(stream.source));
  out.text("ssm", stream.ssm);
  out.text("port", stream.port);
  if (stream.vlan) {
    out.number("vlan", *stream.vlan);
  }
  out.text("group", stream.group);
  out.word("bitrate", std::to_string(stream.bitrate) + "bps");
  out.word("program", stream.program.kind == Program::Kind::kAuto ? "auto"
                      : stream.program.kind == Program::Kind::kAll
                          ? "all"
                          : std::to_string(stream.program.number));
  out.begin("segment");
  out.duration("target", stream.segment.target);
  out.duration("max", stream.segment.max);
  out.boolean("inject_pat_pmt", stream.segment.inject_pat_pmt);
  out.end();
  out.begin("playlist");
  out.number("live_window", stream.playlist.live_window);
  out.boolean("exact_window", stream.playlist.exact_window);
  out.boolean("sign", stream.playlist.sign);
  out.duration("url_ttl", stream.playlist.url_ttl);
  out.end();
  out.duration("retention", stream.retention);
  if (stream.source.scheme == Scheme::kRtsp) {
    out.text("credentials_file", stream.credentials_file);
    out.duration("retry_backoff", stream.retry_backoff);
  }
  out.end();
}

void write_credentials(Writer& out, const Credentials& credentials) {
  using From = Credentials::From;
  if (credentials.source == From::kInline) {
    return;
  }
  out.begin("credentials");
  out.word("source", credentials.source == From::kAuto          ? "auto"
                     : credentials.source == From::kEnvironment ? "environment"
                     : credentials.source == From::kProfile     ? "profile"
                                                                : "file");
  out.text("profile", credentials.profile);
  out.text("file", credentials.file);
  out.end();
}

void write_storage(Writer& out, const Storage& storage) {
  out.begin("storage");
  out.text("endpoint", storage.endpoint);
  out.text("public_endpoint", storage.public_endpoint);
  out.text("region", storage.region);
  out.text("bucket", storage.bucket);
  out.text("prefix", storage.prefix);
  out.word("addressing", storage.addressing == Addressing::kPath ? "path" : "virtual");
  out.texts("cors", storage.cors);
  out.text("ca_file", storage.ca_file);
  write_credentials(out, storage.credentials);
  out.end();
}

void write_control(Writer& out, const Control& control) {
  out.begin("control");
  out.text("listen", control.listen);
  out.text("token_file", control.token_file);
  out.text("urls_log", control.urls_log);
  out.text("state", control.state);
  out.text("local_copy", control.local_copy);
  out.boolean("keep_local_segments", control.keep_local_segments);
  out.boolean("stream_folder", control.stream_folder);
  out.end();
}

}  // namespace

std::string to_line(const Stream& stream) {
  Writer out(YAML::Flow);
  write_stream(out, stream);
  return out.line();
}

std::string to_yaml(const Appliance& appliance) {
  Writer out;
  out.begin();
  write_dataplane(out, appliance.dataplane);
  write_arena(out, appliance.arena);
  out.begin_list("streams");
  for (const Stream& stream : appliance.streams) {
    write_stream(out, stream);
  }
  out.end_list();
  write_storage(out, appliance.storage);
  if (appliance.spool.max != 0) {
    out.begin("spool");
    out.text("path", appliance.spool.path);
    out.word("max", std::to_string(appliance.spool.max) + "B");
    out.word("when", appliance.spool.always ? "always" : "behind");
    out.end();
  }
  write_control(out, appliance.control);
  out.end();
  return out.str();
}

}  // namespace sluice::config
