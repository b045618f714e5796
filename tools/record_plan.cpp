#include "tools/record_plan.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "config/arena_size.h"
#include "config/base/digest.h"
#include "config/load.h"
#include "config/write.h"

namespace sluice::tools {
namespace {

using namespace std::chrono_literals;

/// A whole number from the environment, or the default if the variable is not set.
Result<uint64_t> number_from(const Environment& environment, const char* name, uint64_t otherwise) {
  const auto text = environment(name);
  if (!text) {
    return otherwise;
  }
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  constexpr uint64_t kMost = 1ULL << 53;
  if (error != std::errc() || end != text->data() + text->size() || value == 0 || value > kMost) {
    return fail(std::string(name) + "=\"" + *text + "\" is no whole number above 0");
  }
  return value;
}

/// The first of the variables that is set.
std::string first_of(const Environment& environment, const char* a, const char* b,
                     const char* otherwise) {
  if (const auto value = environment(a)) {
    return *value;
  }
  return environment(b).value_or(otherwise);
}

struct Numbers {
  std::chrono::milliseconds target{};
  std::chrono::seconds url_ttl{};
  uint64_t largest_segment = 0;
  uint64_t capture_buffer = 0;
};

Result<Numbers> read_numbers(const Environment& environment) {
  const auto seconds = number_from(environment, "SEGMENT_DURATION_SECONDS", 10);
  const auto ms = number_from(environment, "SEGMENT_DURATION_MS", seconds.value_or(0) * 1000);
  const auto ttl = number_from(environment, "URL_SIGNING_SECONDS", 604'800);
  const auto largest = number_from(environment, "MAX_SEGMENT_SIZE_BYTES", 0);
  const auto buffer = number_from(environment, "CAPTURE_BUFFER_SIZE", 0);
  for (const auto* one : {&seconds, &ms, &ttl, &largest, &buffer}) {
    if (!*one) {
      return fail(one->error());
    }
  }
  constexpr uint64_t kDay = 86'400;
  if (*ms > kDay * 1000) {
    return fail("SEGMENT_DURATION_SECONDS or SEGMENT_DURATION_MS is longer than a day");
  }
  if (*ttl > 7 * kDay) {
    return fail("URL_SIGNING_SECONDS is more than 604800: S3 signs for at most seven days");
  }
  return Numbers{std::chrono::milliseconds(*ms), std::chrono::seconds(*ttl), *largest, *buffer};
}

/// What distinguishes this recording from others on the same machine: short, and the same for the
/// next run.
std::string identity(const RecordOptions& options) {
  const std::string text =
      options.endpoint + "\n" + options.bucket + "\n" + options.name + "\n" +
      (std::filesystem::absolute(options.output_dir) / "").lexically_normal().string();
  return hex(Bytes(sha256(as_bytes(text))).first(8));
}

config::Stream make_stream(const RecordOptions& options, const Numbers& numbers, StreamId name) {
  config::Stream stream{.name = std::move(name)};
  stream.source = {.scheme = options.rtp ? config::Scheme::kRtp : config::Scheme::kUdp,
                   .host = options.udp_ip,
                   .port = options.udp_port};
  stream.segment.target = numbers.target;
  // Room for a key frame that comes late; in whole seconds, as TARGETDURATION is.
  stream.segment.max = std::chrono::ceil<std::chrono::seconds>(numbers.target * 3 / 2);
  stream.segment.inject_pat_pmt = options.inject_pat_pmt;
  stream.playlist = {.live_window = options.hls_keep_segments,
                     .exact_window = true,
                     .sign = !options.unsigned_urls,
                     .url_ttl = numbers.url_ttl};
  if (numbers.largest_segment != 0) {
    stream.bitrate = std::max<uint64_t>(
        1, numbers.largest_segment * 8000 / static_cast<uint64_t>(numbers.target.count()));
  }
  stream.retention = 36'500 * 24h;  // nothing is ever deleted
  return stream;
}

Result<StreamId> stream_name(const RecordOptions& options) {
  if (!options.name.empty()) {
    return StreamId::parse(options.name);
  }
  const auto folder = std::filesystem::path(options.output_dir).lexically_normal().filename();
  auto named = StreamId::parse(folder.string());
  return named ? named : StreamId::parse("channel");
}

config::Storage make_storage(const RecordOptions& options, const Environment& environment) {
  config::Storage storage;
  storage.endpoint = options.endpoint;
  storage.region = options.region;
  storage.bucket = options.bucket;
  storage.credentials.source = config::Credentials::From::kInline;
  storage.credentials.access_key =
      Secret(first_of(environment, "S3_USERNAME", "MINIO_ROOT_USER", "minioadmin"));
  storage.credentials.secret_key =
      Secret(first_of(environment, "S3_PASSWORD", "MINIO_ROOT_PASSWORD", "minioadmin"));
  return storage;
}

void size_arena(config::Appliance& appliance, const RecordOptions& options,
                const Numbers& numbers) {
  appliance.arena.hold = std::clamp<config::Duration>(numbers.target * options.diskless_ring_size,
                                                      appliance.arena.hold, 24h);
  if (numbers.capture_buffer > config::arena_bytes(appliance)) {
    appliance.arena.size = numbers.capture_buffer;
  }
}

/// An error of the loader, in terms of the command line.
std::string in_options(const std::string& message) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kNames{{
      {"streams[0].source", "--udp_ip, --udp_port"},
      {"streams[0].segment.target", "SEGMENT_DURATION_SECONDS"},
      {"streams[0].segment.max", "SEGMENT_DURATION_SECONDS"},
      {"streams[0].playlist.live_window", "--hls_keep_segments"},
      {"storage.endpoint", "--endpoint"},
      {"storage.region", "--region"},
      {"storage.bucket", "--bucket"},
      {"dataplane.driver", "--interface"},
      {"control.listen", "--listen"},
  }};
  for (const auto& [path, name] : kNames) {
    if (message.starts_with(path)) {
      return std::string(name) + message.substr(path.size());
    }
  }
  return message;
}

/// The loader's rules hold for what did not come from a file, too.
Result<config::Appliance> checked(const config::Appliance& appliance) {
  auto loaded = config::load_text(config::to_yaml(appliance), "");
  if (!loaded) {
    return fail(in_options(loaded.error().front().message));
  }
  loaded->storage.credentials = appliance.storage.credentials;
  return std::move(*loaded);
}

std::vector<std::string> notes(const RecordOptions& options) {
  std::vector<std::string> all;
  if (options.manual_segment) {
    all.emplace_back("--manual_segment has no effect: Sluice always cuts with its own segmenter");
  }
  if (options.drop_corrupt_ts) {
    all.emplace_back(
        "--drop_corrupt_ts has no effect: packets with errors are archived as they "
        "came, counted and reported");
  }
  if (options.timeout != RecordOptions().timeout) {
    all.emplace_back(
        "--timeout has no effect: packets are polled, nothing waits for a buffer to "
        "fill");
  }
  return all;
}

}  // namespace

Result<RecordPlan> plan_recording(const RecordOptions& options, const Environment& environment,
                                  const std::filesystem::path& state_root) {
  const auto numbers = read_numbers(environment);
  if (!numbers) {
    return fail(numbers.error());
  }
  auto name = stream_name(options);
  if (!name) {
    return fail("--name: " + name.error().message);
  }
  if (options.output_dir.empty()) {
    return fail("--output_dir: must be a folder");
  }
  config::Appliance appliance;
  appliance.dataplane.driver =
      options.driver == "pcap" ? config::Driver::kPcap : config::Driver::kDpdk;
  appliance.dataplane.interface = options.interface;
  appliance.streams.push_back(make_stream(options, *numbers, std::move(*name)));
  appliance.storage = make_storage(options, environment);
  appliance.arena.path = "/dev/shm/sluice-record-" + identity(options);
  size_arena(appliance, options, *numbers);
  config::Control& control = appliance.control;
  control.listen = options.listen;
  control.local_copy = options.output_dir;
  control.urls_log = environment("HOURLY_URLS_LOG")
                         .value_or(std::filesystem::path(options.output_dir) / "urls.log");
  control.state = state_root / ("record-" + identity(options));
  control.keep_local_segments = !options.remove_local;
  control.stream_folder = !options.name.empty();

  auto sound = checked(appliance);
  if (!sound) {
    return fail(sound.error());
  }
  RecordPlan plan{.appliance = std::move(*sound), .notes = notes(options)};
  if (options.duration != 0) {
    plan.run_for = std::chrono::seconds(options.duration);
  }
  plan.log_level = options.verbose ? "debug" : options.quiet ? "error" : "";
  return plan;
}

}  // namespace sluice::tools
