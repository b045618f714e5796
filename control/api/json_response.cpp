#include "control/api/json_response.h"

namespace sluice::api {
namespace {

Response respond(unsigned status, const Json& json) {
  // replace: a file name in a message need not be UTF-8
  return Response{.status = status,
                  .headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
                  .body = json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"};
}

unsigned status_of(Next next) {
  switch (next) {
    case Next::kNotFound:
      return 404;
    case Next::kRetry:
    case Next::kRefreshCredentials:
      return 503;
    case Next::kGiveUp:
      break;
  }
  return 500;
}

}  // namespace

Response json_response(const Json& json) {
  return respond(200, json);
}

Response error_response(unsigned status, std::string_view message) {
  return respond(status, {{"error", message}});
}

Response error_response(const Error& error) {
  return error_response(status_of(error.next), error.message);
}

}  // namespace sluice::api
