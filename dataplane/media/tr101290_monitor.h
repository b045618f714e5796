#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "dataplane/media/continuity.h"
#include "dataplane/media/tr101290.h"
#include "dataplane/media/tr101290_accuracy.h"
#include "dataplane/media/tr101290_interval.h"
#include "dataplane/media/tr101290_sections.h"
#include "dataplane/media/ts_packet.h"

namespace sluice::media {

/// Measures one stream by ETSI TR 101 290, first and second priority. Pure: it is told the time and
/// what each packet's continuity counter said. No allocation after construction; one thread.
///
/// Which clock judges what:
/// - 1.3.a, 1.5.a, 1.6, 2.3a, 2.5 and 2.6 are times between packets, by the clock given to
///   `set_time`: for what comes from a network, the time of arrival; for a file, which has none,
///   the time that the PCRs around a packet give its place.
/// - 2.3b compares the values of PCRs, by no clock at all.
/// - 2.4 compares PCRs with their place in the stream (see PcrAccuracy), which can be judged only
///   where the bitrate is constant. The arrival of datagrams is never precise enough for 500 ns.
/// - the others count what stands in the packets.
///
/// What is not judged: PTS and PIDs of anything but video and audio (subtitles and data come when
/// they come), audio for other purposes than the main one (the report leaves it out of 1.6), PTS of
/// PES packets that are scrambled, PCR PIDs that no PMT names, and what lies beyond 64 programmes
/// or 254 PIDs of interest.
class Tr101290Monitor {
 public:
  static constexpr size_t kMaxPrograms = 64;
  static constexpr size_t kMaxWatches = 254;

  Tr101290Monitor();

  /// The stream is one programme taken out of a multiplex: its CAT was left behind, and the places
  /// of its packets say nothing of their time. 2.4 and 2.6 are not judged.
  void judge_as_part() noexcept { is_part_ = true; }

  /// The time of the packets to come. When it goes on by more than kSilenceNs, nothing has come
  /// meanwhile: that is a loss of sync (1.1), for which no other indicator is raised. A little back
  /// (packets that were put into order) it stands; further back, intervals begin anew.
  void set_time(int64_t now_ns) noexcept {
    if (now_ns >= now_ns_ && now_ns < next_tick_ns_ && !interrupted_) [[likely]] {
      now_ns_ = now_ns;
    } else {
      move_to(now_ns);
    }
  }
  /// The clock was set, or packets were not shown to the monitor for reasons of our own: intervals
  /// begin anew with the next `set_time`, and nobody is blamed.
  void interrupt() noexcept { interrupted_ = true; }

  /// Takes the next packet in sync, null packets included. @param number  of the packet in the
  /// stream, growing with each
  void take(const TsPacket& packet, TsHeader header, Continuity continuity,
            uint64_t number) noexcept {
    // Most of a stream: payload that goes on, of a PID of which that is all there is to know.
    const bool plain = header.is_plain() & (continuity == Continuity::kContinues);
    if (plain & (quiet_[header.pid()] != 0)) [[likely]]
      return;
    take_special(packet, header, continuity, number);
  }
  /// At so many places in a row a packet should have begun and none did.
  void take_bad_sync(uint64_t places) noexcept;
  /// The same of a datagram, in which so many gaps were found that so many packets would fit into.
  void take_gaps(uint64_t gaps, uint64_t packets) noexcept;

  /// The stream ends here: what is judged in blocks is judged.
  void finish() noexcept;

  const IndicatorCounts& counts() const noexcept { return counts_; }
  /// PCRs whose accuracy was judged, and that came where the bitrate was not constant.
  uint64_t pcrs_judged() const noexcept { return pcrs_judged_; }
  uint64_t pcrs_not_judged() const noexcept { return pcrs_not_judged_; }

 private:
  /// What a PID is watched for. A set bit of a mask is a programme that names it.
  struct Watch {
    uint16_t pid;
    bool in_use;
    bool is_fixed;       ///< PAT, CAT and SI: watched whatever the tables say
    uint64_t pmt_of;     ///< programmes whose PMT it carries
    uint64_t clock_of;   ///< ... whose PCR
    uint64_t listed_in;  ///< ... whose video or audio, or PCR
    uint64_t timed_in;   ///< ... whose video or audio, with PTS
    Interval presence;
    Interval table;
    Interval pts;
    Interval pcr;
    Pcr last_pcr;
    bool has_pcr;
    bool announced;  ///< discontinuity_indicator came since the last PCR
    uint32_t line;   ///< the value of `line_` when its PcrAccuracy began
    SectionFollower follower;

    bool has_tables() const noexcept { return is_fixed || pmt_of != 0; }
  };
  struct Program {
    uint16_t number;
    uint8_t pat_section;
    bool in_use;
    uint32_t pmt_crc;
  };

  void move_to(int64_t now_ns) noexcept;
  void restart_intervals() noexcept;
  void tick() noexcept;
  void expire(Interval& interval, Indicator indicator, int64_t limit_ns) noexcept;
  void renew(Interval& interval, Indicator indicator, int64_t limit_ns) noexcept;
  void find_sync() noexcept;
  void lose_sync() noexcept;
  void take_break(uint8_t slot) noexcept;
  void take_special(const TsPacket& packet, TsHeader header, Continuity continuity,
                    uint64_t number) noexcept;
  void take_scrambled(uint8_t slot) noexcept;
  void take_clock(uint8_t slot, const TsPacket& packet, uint64_t number) noexcept;
  void take_pts(Watch& watch, TsHeader header, Bytes payload) noexcept;
  void judge_accuracy(uint8_t slot) noexcept;
  void take_section(uint8_t slot, const SectionSeen& seen) noexcept;
  void take_pat(const Section& section) noexcept;
  void take_pmt(Watch& watch, const Section& section) noexcept;
  void follow_programs(const Section& section) noexcept;
  void follow_streams(uint64_t program, const Section& section) noexcept;
  Watch* watch(uint16_t pid) noexcept;
  void forget(uint64_t program) noexcept;
  void drop_unused() noexcept;
  void listen() noexcept;
  uint8_t* kept_section(uint8_t slot) noexcept;

  IndicatorCounts counts_;
  int64_t now_ns_ = INT64_MIN;
  int64_t next_tick_ns_ = INT64_MIN;
  bool interrupted_ = true;
  bool is_part_ = false;
  bool in_sync_ = true;
  unsigned good_in_a_row_ = 0;
  Interval pat_{};
  Interval cat_{};
  uint32_t line_ = 0;  ///< grows when packets are missing: places before and after do not compare
  uint64_t pcrs_judged_ = 0;
  uint64_t pcrs_not_judged_ = 0;

  /// By PID: it came since the last tick, in sync, and none of its packets is looked at for what it
  /// holds.
  std::array<uint8_t, kPidCount> quiet_{};
  std::array<uint8_t, kPidCount> slots_{};  ///< by PID: its place in watches_, 0 = not watched
  std::array<Program, kMaxPrograms> programs_{};
  std::array<uint32_t, 256> pat_crcs_{};  ///< of each section of the PAT
  size_t watch_count_ = 1;                ///< places in use or used, the first being nobody's
  // Pages of places that are never used are never touched.
  std::unique_ptr<Watch[]> watches_;
  std::unique_ptr<uint8_t[]> kept_;  ///< for PAT and PMTs: Section::kMaxSize bytes a place
  std::unique_ptr<PcrAccuracy[]> accuracies_;
};

}  // namespace sluice::media
