#include "storage/object/http_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <unordered_map>
#include <vector>

namespace sluice::object {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr long kUploadBuffer = 256L * 1024;
constexpr long kDownloadBuffer = 256L * 1024;
constexpr long kIdleConnections = 64;

/// Reads a body piece by piece; libcurl may take it back to the start.
class BodyReader {
 public:
  explicit BodyReader(Body body) : body_(std::move(body)) {}

  size_t read(char* to, size_t room) {
    size_t done = 0;
    while (done < room && piece_ < body_.size()) {
      const Bytes rest = body_[piece_].subspan(offset_);
      const size_t n = std::min(room - done, rest.size());
      std::copy_n(rest.data(), n, to + done);
      done += n;
      offset_ += n;
      if (offset_ == body_[piece_].size()) {
        ++piece_;
        offset_ = 0;
      }
    }
    return done;
  }

  void rewind() {
    piece_ = 0;
    offset_ = 0;
  }

  uint64_t size() const { return body_size(body_); }

 private:
  Body body_;
  size_t piece_ = 0;
  size_t offset_ = 0;
};

struct Transfer {
  explicit Transfer(Body body) : reader(std::move(body)) {}
  ~Transfer() { curl_slist_free_all(headers); }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  std::string method;
  std::string url;
  BodyReader reader;
  curl_slist* headers = nullptr;
  HttpResponse response;
  char message[CURL_ERROR_SIZE] = "";
  Completion<HttpResponse> done;
};

size_t on_read(char* to, size_t size, size_t count, void* transfer) {
  return static_cast<Transfer*>(transfer)->reader.read(to, size * count);
}

/// libcurl goes back to the start, and nowhere else, to send a body once more.
int on_seek(void* transfer, curl_off_t offset, int origin) {
  if (origin != SEEK_SET || offset != 0) {
    return CURL_SEEKFUNC_FAIL;
  }
  static_cast<Transfer*>(transfer)->reader.rewind();
  return CURL_SEEKFUNC_OK;
}

size_t on_write(char* from, size_t size, size_t count, void* transfer) {
  static_cast<Transfer*>(transfer)->response.body.append(from, size * count);
  return size * count;
}

bool final_failure(CURLcode code) {
  return code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL ||
         code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE;
}

void take_headers(CURL* easy, HttpResponse& response) {
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &response.status);
  curl_off_t length = -1;
  curl_easy_getinfo(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  if (length >= 0) {
    response.content_length = static_cast<uint64_t>(length);
  }
  curl_off_t pause = 0;  // libcurl reads both forms of Retry-After
  curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &pause);
  response.retry_after = std::chrono::seconds(std::max<curl_off_t>(pause, 0));
  curl_header* date = nullptr;
  if (curl_easy_header(easy, "Date", 0, CURLH_HEADER, -1, &date) == CURLHE_OK) {
    const time_t seconds = curl_getdate(date->value, nullptr);
    if (seconds > 0) {
      response.date = Utc(std::chrono::seconds(seconds));
    }
  }
}

Result<HttpResponse> outcome(CURL* easy, CURLcode code, Transfer& transfer) {
  if (code != CURLE_OK) {
    std::string why = *transfer.message != '\0' ? transfer.message : curl_easy_strerror(code);
    if (code == CURLE_PEER_FAILED_VERIFICATION) {
      why += " (is the authority that signed it in ca_file?)";
    }
    return fail(final_failure(code) ? Next::kGiveUp : Next::kRetry, why);
  }
  take_headers(easy, transfer.response);
  return std::move(transfer.response);
}

void require(CURLcode code) {
  if (code != CURLE_OK) {
    panic(std::string("libcurl refused an option: ") + curl_easy_strerror(code));
  }
}

}  // namespace

/// What knows libcurl: the multi handle, transfers under way, and easy handles kept for reuse.
class HttpClient::Multi {
 public:
  explicit Multi(HttpOptions options) : options_(std::move(options)) {
    static const CURLcode global = curl_global_init(CURL_GLOBAL_DEFAULT);
    require(global);
    multi_ = curl_multi_init();
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kIdleConnections);
    curl_multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
  }

  ~Multi() {
    for (auto& [easy, transfer] : transfers_) {
      curl_multi_remove_handle(multi_, easy);
      curl_easy_cleanup(easy);
    }
    for (CURL* easy : idle_) {
      curl_easy_cleanup(easy);
    }
    curl_multi_cleanup(multi_);
  }

  Multi(const Multi&) = delete;
  Multi& operator=(const Multi&) = delete;

  void start(HttpRequest request, Completion<HttpResponse> done) {
    auto transfer = std::make_unique<Transfer>(std::move(request.body));
    transfer->method = std::move(request.method);
    transfer->url = std::move(request.url);
    transfer->done = std::move(done);
    // Expect: costs a round trip, and servers that ignore it a whole second
    transfer->headers = curl_slist_append(nullptr, "Expect:");
    for (const auto& [name, value] : request.headers) {
      std::string line = name;
      line.append(": ").append(value);
      transfer->headers = curl_slist_append(transfer->headers, line.c_str());
    }
    CURL* easy = take_easy();
    set_common(easy, *transfer);
    set_method(easy, *transfer);
    transfers_.emplace(easy, std::move(transfer));
    curl_multi_add_handle(multi_, easy);
  }

  void poll(std::chrono::milliseconds timeout) {
    const auto end = SteadyClock::now() + timeout;
    for (;;) {
      int running = 0;
      curl_multi_perform(multi_, &running);
      if (finish_done() || woken_.exchange(false)) {
        return;
      }
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(end - SteadyClock::now()).count();
      if (left <= 0) {
        return;
      }
      curl_multi_poll(multi_, nullptr, 0, static_cast<int>(left), nullptr);
    }
  }

  void wake() {
    woken_ = true;
    curl_multi_wakeup(multi_);
  }

  size_t in_flight() const { return transfers_.size(); }

 private:
  CURL* take_easy() {
    if (idle_.empty()) {
      CURL* easy = curl_easy_init();
      if (easy == nullptr) {
        panic("libcurl gave no handle");
      }
      return easy;
    }
    CURL* easy = idle_.back();
    idle_.pop_back();
    curl_easy_reset(easy);
    return easy;
  }

  void set_common(CURL* easy, Transfer& transfer) {
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_URL, transfer.url.c_str());
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    require(curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https"));
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer.headers);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "sluice");
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(options_.connect_timeout.count()));
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME,
                     static_cast<long>(options_.stall_timeout.count()));
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, kDownloadBuffer);
    curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, kUploadBuffer);
    require(curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2)));
    if (!options_.ca_file.empty()) {
      require(curl_easy_setopt(easy, CURLOPT_CAINFO, options_.ca_file.c_str()));
    }
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer.message);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_write);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
  }

  void set_method(CURL* easy, Transfer& transfer) {
    if (transfer.method == "HEAD") {
      curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    } else if (transfer.method == "PUT") {
      curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
      curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
      curl_easy_setopt(easy, CURLOPT_READDATA, &transfer);
      curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_seek);
      curl_easy_setopt(easy, CURLOPT_SEEKDATA, &transfer);
      curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE,
                       static_cast<curl_off_t>(transfer.reader.size()));
    } else {
      curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, transfer.method.c_str());
    }
  }

  bool finish_done() {
    bool any = false;
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg == CURLMSG_DONE) {
        finish(message->easy_handle, message->data.result);
        any = true;
      }
    }
    return any;
  }

  void finish(CURL* easy, CURLcode code) {
    auto node = transfers_.extract(easy);
    Transfer& transfer = *node.mapped();
    Result<HttpResponse> result = outcome(easy, code, transfer);
    curl_multi_remove_handle(multi_, easy);
    idle_.push_back(easy);
    transfer.done(std::move(result));
  }

  HttpOptions options_;
  CURLM* multi_ = nullptr;
  std::unordered_map<CURL*, std::unique_ptr<Transfer>> transfers_;
  std::vector<CURL*> idle_;
  std::atomic<bool> woken_{false};
};

HttpClient::HttpClient(HttpOptions options) : multi_(std::make_unique<Multi>(std::move(options))) {}
HttpClient::~HttpClient() = default;

void HttpClient::start(HttpRequest request, Completion<HttpResponse> done) {
  multi_->start(std::move(request), std::move(done));
}
void HttpClient::poll(std::chrono::milliseconds timeout) {
  multi_->poll(timeout);
}
void HttpClient::wake() {
  multi_->wake();
}
size_t HttpClient::in_flight() const {
  return multi_->in_flight();
}

}  // namespace sluice::object
