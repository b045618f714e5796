#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "config/address.h"
#include "tools/import/csv.h"
#include "tools/import/list_reader.h"

namespace sluice::tools::import {
namespace {

constexpr std::string_view kSeparators = ",;\t|";
constexpr size_t kRowsAboveTitles = 10;

using Field = std::string Channel::*;

/// What columns are called, in small letters without spaces and punctuation. A column that fits
/// several (`group`, `source`) is told by what stands in it.
const std::map<std::string_view, Field>& synonyms() {
  static const std::map<std::string_view, Field> kSynonyms{
      {"name", &Channel::name},
      {"channel", &Channel::name},
      {"channelname", &Channel::name},
      {"service", &Channel::name},
      {"servicename", &Channel::name},
      {"stream", &Channel::name},
      {"streamname", &Channel::name},
      {"title", &Channel::name},
      {"tvgname", &Channel::name},
      {"url", &Channel::url},
      {"uri", &Channel::url},
      {"link", &Channel::url},
      {"input", &Channel::url},
      {"location", &Channel::url},
      {"address", &Channel::address},
      {"ip", &Channel::address},
      {"ipaddress", &Channel::address},
      {"multicast", &Channel::address},
      {"multicastip", &Channel::address},
      {"multicastaddress", &Channel::address},
      {"multicastgroup", &Channel::address},
      {"mcast", &Channel::address},
      {"mcastip", &Channel::address},
      {"groupip", &Channel::address},
      {"groupaddress", &Channel::address},
      {"destination", &Channel::address},
      {"destinationip", &Channel::address},
      {"destinationaddress", &Channel::address},
      {"dst", &Channel::address},
      {"dstip", &Channel::address},
      {"port", &Channel::port},
      {"udpport", &Channel::port},
      {"dstport", &Channel::port},
      {"destinationport", &Channel::port},
      {"multicastport", &Channel::port},
      {"source", &Channel::ssm},
      {"ssm", &Channel::ssm},
      {"sourceip", &Channel::ssm},
      {"sourceaddress", &Channel::ssm},
      {"src", &Channel::ssm},
      {"srcip", &Channel::ssm},
      {"sender", &Channel::ssm},
      {"senderip", &Channel::ssm},
      {"vlan", &Channel::vlan},
      {"vlanid", &Channel::vlan},
      {"vid", &Channel::vlan},
      {"bitrate", &Channel::bitrate},
      {"rate", &Channel::bitrate},
      {"bandwidth", &Channel::bitrate},
      {"program", &Channel::program},
      {"programme", &Channel::program},
      {"programnumber", &Channel::program},
      {"programid", &Channel::program},
      {"serviceid", &Channel::program},
      {"sid", &Channel::program},
      {"protocol", &Channel::protocol},
      {"proto", &Channel::protocol},
      {"transport", &Channel::protocol},
      {"encapsulation", &Channel::protocol},
      {"group", &Channel::group},
      {"ladder", &Channel::group},
      {"category", &Channel::category},
      {"genre", &Channel::category},
      {"grouptitle", &Channel::category},
  };
  return kSynonyms;
}

std::string letters(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      out += c;
    } else if (c >= 'A' && c <= 'Z') {
      out += static_cast<char>(c - 'A' + 'a');
    }
  }
  return out;
}

struct Column {
  Field field = nullptr;
  std::string unit;  ///< "mbps" of "Bitrate (Mbps)"
};

std::optional<Column> column_of(std::string_view title) {
  const std::string word = letters(title);
  if (const auto found = synonyms().find(word); found != synonyms().end()) {
    return Column{found->second, {}};
  }
  for (const std::string_view what : {"bitrate", "bandwidth", "rate"}) {
    for (const std::string_view unit : {"bps", "kbps", "kbits", "kbit", "mbps", "mbits", "mbit"}) {
      if (word == std::string(what) + std::string(unit)) {
        return Column{&Channel::bitrate, std::string(unit)};
      }
    }
  }
  return std::nullopt;
}

struct Titles {
  char separator = ',';
  size_t line = 0;
  std::vector<std::string> names;
  std::vector<std::optional<Column>> columns;

  /// A channel's address can stand in one of these.
  bool useful() const {
    return std::ranges::any_of(columns, [](const auto& column) {
      return column && (column->field == &Channel::url || column->field == &Channel::address ||
                        column->field == &Channel::group || column->field == &Channel::ssm);
    });
  }
  size_t known() const {
    return static_cast<size_t>(
        std::ranges::count_if(columns, [](const auto& column) { return column.has_value(); }));
  }
};

/// The row of titles is that with the most known ones, whatever separates them.
std::optional<Titles> find_titles(std::string_view text) {
  std::optional<Titles> best;
  for (const char separator : kSeparators) {
    CsvReader reader(text, separator);
    for (size_t i = 0; i < kRowsAboveTitles; ++i) {
      const auto row = reader.next();
      if (!row) {
        break;
      }
      Titles titles{.separator = separator, .line = row->line, .names = row->fields, .columns = {}};
      for (const std::string& name : row->fields) {
        titles.columns.push_back(column_of(name));
      }
      if (titles.useful() && (!best || titles.known() > best->known())) {
        best = std::move(titles);
      }
    }
  }
  return best;
}

bool is_address(std::string_view text) {
  const auto split = config::split_host_port(text);
  return config::Address::parse(text) || (split && config::Address::parse(split->host));
}

/// Puts a value where it belongs.
void enter(const Column& column, const std::string& value, Channel& out) {
  Field field = column.field;
  if (value.find("://") != std::string::npos && field != &Channel::name) {
    field = &Channel::url;
  } else if (field == &Channel::group && out.address.empty() && is_address(value)) {
    field = &Channel::address;
  }
  if ((out.*field).empty()) {
    out.*field = value;
  }
  if (field == &Channel::bitrate) {
    out.bitrate_unit = column.unit;
  }
}

void remark_on_columns(const Titles& titles, ChannelList& out) {
  for (size_t i = 0; i < titles.columns.size(); ++i) {
    if (!titles.columns[i] && !titles.names[i].empty()) {
      out.remarks.push_back(
          {titles.line, false, "the column \"" + titles.names[i] + "\" is not used"});
    }
  }
}

void read_row(const CsvReader::Row& row, const Titles& titles, ChannelList& out) {
  if (row.line < titles.line) {
    out.remarks.push_back({row.line, false, "stands above the titles of the columns: left out"});
    return;
  }
  if (row.line == titles.line) {
    return;
  }
  if (!row.sound) {
    out.remarks.push_back({row.line, true, "is too long, or a quote in it is not closed"});
    return;
  }
  if (row.fields.size() > titles.columns.size() &&
      std::any_of(row.fields.begin() + static_cast<ptrdiff_t>(titles.columns.size()),
                  row.fields.end(), [](const std::string& field) { return !field.empty(); })) {
    out.remarks.push_back({row.line, true, "has more fields than there are columns"});
    return;
  }
  Channel channel{.line = row.line};
  for (size_t i = 0; i < row.fields.size() && i < titles.columns.size(); ++i) {
    if (titles.columns[i]) {
      enter(*titles.columns[i], row.fields[i], channel);
    }
  }
  out.channels.push_back(std::move(channel));
}

}  // namespace

Result<ChannelList> read_csv(std::string_view text) {
  const auto titles = find_titles(text);
  if (!titles) {
    return fail(
        "no row of column titles among the first lines: it needs a name, and an address and a port "
        "or a url, such as name,address,port");
  }
  ChannelList list;
  remark_on_columns(*titles, list);
  CsvReader reader(text, titles->separator);
  while (const auto row = reader.next()) {
    if (!row->sound || !row->blank()) {
      read_row(*row, *titles, list);
    }
  }
  return list;
}

}  // namespace sluice::tools::import
