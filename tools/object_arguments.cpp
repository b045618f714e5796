#include <iostream>
#include <memory>

#include "tools/arguments.h"
#include "tools/commands.h"
#include "tools/object_command.h"

namespace sluice::tools {
namespace {

using Call = std::function<Status(const config::Appliance&)>;

struct Common {
  std::filesystem::path file;
  bool json = false;
};

int call(const Common& common, const Call& function) {
  const auto appliance = load_or_say(common.file);
  if (!appliance) {
    return kWrongUsage;
  }
  if (const Status done = function(*appliance); !done) {
    say_error(done.error().message);
    return kFailed;
  }
  return kFine;
}

CLI::App* subcommand(CLI::App& parent, const std::string& name, const std::string& description,
                     const std::shared_ptr<Common>& common, bool json) {
  CLI::App* command = parent.add_subcommand(name, description);
  add_config(*command, common->file);
  command->footer(kStatuses);
  if (json) {
    command->add_flag("--json", common->json, "for programs");
  }
  return command;
}

void set_action(CLI::App* command, Action& action, const std::shared_ptr<Common>& common,
                const Call& function) {
  command->callback(
      [=, &action] { action = [common, function] { return call(*common, function); }; });
}

void add_put(CLI::App& object, Action& action) {
  const auto common = std::make_shared<Common>();
  const auto put = std::make_shared<ObjectPut>();
  CLI::App* command = subcommand(object, "put", "store a file as an object", common, true);
  command->add_option("key", put->key, "the object's whole key")->required()->type_name("KEY");
  command->add_option("file", put->file, "- is stdin, the default")->type_name("FILE");
  command->add_option("--content-type", put->content_type, "default: by the key's extension")
      ->type_name("TYPE");
  set_action(command, action, common, [common, put](const config::Appliance& appliance) {
    return object_put(appliance, *put, common->json, std::cout);
  });
}

void add_get(CLI::App& object, Action& action) {
  const auto common = std::make_shared<Common>();
  const auto get = std::make_shared<ObjectGet>();
  CLI::App* command = subcommand(object, "get", "fetch an object", common, false);
  command->add_option("key", get->key, "the object's whole key")->required()->type_name("KEY");
  command->add_option("file", get->file, "- is stdout, the default")->type_name("FILE");
  set_action(command, action, common, [get](const config::Appliance& appliance) {
    return object_get(appliance, *get, std::cout);
  });
}

void add_list(CLI::App& object, Action& action) {
  const auto common = std::make_shared<Common>();
  const auto list = std::make_shared<ObjectList>();
  CLI::App* command = subcommand(object, "ls", "list objects: a line each, SIZE KEY", common, true);
  command->add_option("prefix", list->prefix, "what the keys begin with")->type_name("PREFIX");
  set_action(command, action, common, [common, list](const config::Appliance& appliance) {
    return object_list(appliance, *list, common->json, std::cout);
  });
}

void add_presign(CLI::App& object, Action& action) {
  const auto common = std::make_shared<Common>();
  const auto presign = std::make_shared<ObjectPresign>();
  CLI::App* command = subcommand(object, "presign",
                                 "print a URL by which anybody can fetch an object", common, true);
  command->add_option("key", presign->key, "the object's whole key")->required()->type_name("KEY");
  command->add_option("--method", presign->method, "what the URL allows")
      ->type_name("METHOD")
      ->check(CLI::IsMember({"GET", "HEAD", "PUT", "DELETE"}))
      ->capture_default_str();
  add_duration(*command, "--expires", presign->expires, "how long it works, at most 7d")
      ->default_str("1h");
  command
      ->add_option_function<std::string>(
          "--at",
          [presign](const std::string& text) {
            presign->at = parse_rfc3339(text);
            if (!presign->at) {
              throw CLI::ValidationError("--at",
                                         "\"" + text + "\" is no time like 2026-01-16T11:47:43Z");
            }
          },
          "the moment of signing; default: now")
      ->type_name("UTC");
  set_action(command, action, common, [common, presign](const config::Appliance& appliance) {
    return object_presign(appliance, *presign, common->json, std::cout);
  });
}

}  // namespace

void add_object(CLI::App& app, Action& action) {
  CLI::App* object =
      app.add_subcommand("object", "put, get, list and presign objects of the archive's store");
  object->require_subcommand(1);
  object->footer(
      "Works on the store and with the credentials of a configuration. Keys are whole:\n"
      "storage.prefix is not added.\n"
      "\n"
      "Examples:\n"
      "  sluice object ls news/2025/01/16/ -c sluice.yaml\n"
      "  sluice object get news/index.m3u8 -c sluice.yaml\n"
      "  sluice object put notes.txt notes.txt -c sluice.yaml\n"
      "  sluice object presign news/index.m3u8 --expires 1d -c sluice.yaml\n"
      "\n" +
      std::string(kStatuses));
  add_put(*object, action);
  add_get(*object, action);
  add_list(*object, action);
  add_presign(*object, action);
}

}  // namespace sluice::tools
