#include "storage/object/file_root.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "storage/object/factory.h"

namespace sluice::object {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

class FileRootTest : public testing::Test {
 protected:
  FileRootTest() { EXPECT_TRUE(root_.create()); }
  ~FileRootTest() override { fs::remove_all(top_); }

  Status write(const std::string& key, const std::string& text) {
    return root_.write(key, {as_bytes(text)});
  }

  std::vector<std::string> list(const std::string& prefix, const std::string& after, size_t limit) {
    std::vector<std::string> out;
    const auto page = root_.list(prefix, after, limit);
    for (const ObjectInfo& object : page->objects) {
      out.push_back(object.key);
    }
    return out;
  }

  fs::path top_ = testing::TempDir() + "sluice-file-root-" + std::to_string(::getpid());
  FileRoot root_{top_ / "root", "hls"};
};

TEST_F(FileRootTest, AnObjectLiesAtRootBucketKey) {
  ASSERT_TRUE(write("news/2025/x.ts", "bytes"));
  std::ifstream in(top_ / "root/hls/news/2025/x.ts");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "bytes");
}

TEST_F(FileRootTest, NoKeyLeadsOutOfTheFolder) {
  std::ofstream(top_ / "secret") << "secret";
  fs::create_directory_symlink(top_, root_.folder() / "out");
  fs::create_symlink(top_ / "secret", root_.folder() / "link");
  for (const char* key : {"../../secret", "/etc/passwd", "a/../../../secret", "..", ".", "", "/",
                          "a//b", "a/", "./a", "out/secret", "link", ".partial/x"}) {
    const auto opened = root_.open_object(key);
    ASSERT_FALSE(opened) << key;
    EXPECT_EQ(opened.error().next, Next::kNotFound) << key << ": " << opened.error().message;
  }
  for (const char* key : {"../../new", "/tmp/new", "a/../b", "", "out/new", ".partial/x"}) {
    EXPECT_FALSE(write(key, "x")) << key;
  }
  EXPECT_FALSE(root_.remove("out/secret"));
  EXPECT_TRUE(root_.remove("../../secret"));
  EXPECT_TRUE(fs::exists(top_ / "secret"));
  EXPECT_FALSE(fs::exists(top_ / "new"));
  EXPECT_EQ(root_.open_object(std::string("a\0b", 3)).error().next, Next::kNotFound);
}

TEST_F(FileRootTest, OnlyRegularFilesAreObjects) {
  ASSERT_TRUE(write("folder/x", "x"));
  ASSERT_EQ(::mkfifo((root_.folder() / "fifo").c_str(), 0600), 0);
  EXPECT_EQ(root_.open_object("folder").error().next, Next::kNotFound);
  EXPECT_EQ(root_.open_object("fifo").error().next, Next::kNotFound) << "and does not hang";
  EXPECT_EQ(root_.open_object("folder/x/y").error().next, Next::kNotFound);
  EXPECT_THAT(list("", "", 10), ElementsAre("folder/x"));
}

TEST_F(FileRootTest, WhoReadsKeepsTheOldBytesWhileTheyAreReplaced) {
  ASSERT_TRUE(write("k", "old"));
  const auto old = root_.open_object("k");
  ASSERT_TRUE(write("k", "newer"));
  char text[8] = {};
  EXPECT_EQ(::read(old->fd.get(), text, sizeof text), 3);
  EXPECT_STREQ(text, "old");
  EXPECT_EQ(old->size, 3U);
  EXPECT_EQ(*root_.read("k"), "newer");
}

TEST_F(FileRootTest, AFailedWriteLeavesNothing) {
  ASSERT_TRUE(write("a", "file"));
  EXPECT_FALSE(write("a/b", "below a file"));
  EXPECT_FALSE(write(std::string(300, 'x'), "name too long"));
  EXPECT_TRUE(fs::is_empty(root_.folder() / ".partial"));
  EXPECT_THAT(list("", "", 10), ElementsAre("a"));
}

TEST_F(FileRootTest, WhatDeadWritersLeftIsClearedAndLivingOnesAreNot) {
  fs::create_directories(root_.folder() / ".partial");
  std::ofstream(root_.folder() / ".partial/dead") << "half";
  const UniqueFd living(
      ::open((root_.folder() / ".partial/living").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  ASSERT_EQ(::flock(living.get(), LOCK_EX), 0);
  ASSERT_TRUE(root_.create());
  EXPECT_FALSE(fs::exists(root_.folder() / ".partial/dead"));
  EXPECT_TRUE(fs::exists(root_.folder() / ".partial/living"));
}

TEST_F(FileRootTest, EmptyFoldersGoWithTheirLastObject) {
  ASSERT_TRUE(write("s/2025/01/a", "a"));
  ASSERT_TRUE(write("s/2025/02/b", "b"));
  ASSERT_TRUE(root_.remove("s/2025/01/a"));
  EXPECT_FALSE(fs::exists(root_.folder() / "s/2025/01"));
  EXPECT_TRUE(fs::exists(root_.folder() / "s/2025/02"));
  ASSERT_TRUE(root_.remove("s/2025/02/b"));
  EXPECT_FALSE(fs::exists(root_.folder() / "s"));
  EXPECT_TRUE(fs::exists(root_.folder()));
}

TEST_F(FileRootTest, PagesJoinToTheWholeInByteOrder) {
  const std::vector<std::string> keys = {"a!",  "a-b/x", "a.ts", "a/1",   "a/10/z",
                                         "a/2", "ab",    "b",    "c/d/e", "c/d0"};
  for (const std::string& key : keys) {
    ASSERT_TRUE(write(key, key));
  }
  for (size_t limit = 1; limit <= keys.size() + 1; ++limit) {
    std::vector<std::string> all;
    std::string after;
    do {
      const auto page = root_.list("", after, limit);
      ASSERT_LE(page->objects.size(), limit);
      for (const ObjectInfo& object : page->objects) {
        all.push_back(object.key);
      }
      after = page->next;
    } while (!after.empty());
    EXPECT_EQ(all, keys) << "in pages of " << limit;
  }
  EXPECT_THAT(list("a/1", "", 10), ElementsAre("a/1", "a/10/z"));
  EXPECT_THAT(list("c/", "c/d/e", 10), ElementsAre("c/d0"));
  EXPECT_THAT(list("x", "", 10), ElementsAre());
}

TEST_F(FileRootTest, ABucketThatIsNotThereIsNamed) {
  const FileRoot none(top_ / "root", "none");
  EXPECT_THAT(none.write("k", {}).error().message, testing::HasSubstr("root/none"));
  EXPECT_EQ(none.write("k", {}).error().next, Next::kRetry) << "it may be mounted later";
}

TEST(FileStoreUrl, IsTheServersAndEncoded) {
  config::Storage storage;
  storage.endpoint = "file:///srv/archive";
  const SystemClock clock;
  EXPECT_EQ((*make_store(storage, clock, "http://127.0.0.1:3001"))->url("live/a b.ts"),
            "http://127.0.0.1:3001/hls/live/a%20b.ts");
  storage.public_endpoint = "https://media.example/";
  EXPECT_EQ((*make_store(storage, clock, "http://127.0.0.1:3001"))->presign({"k"})->url,
            "https://media.example/hls/k");
  storage.endpoint = "file://relative";
  EXPECT_THAT(make_store(storage, clock, "").error().message, testing::HasSubstr("absolute"));
}

}  // namespace
}  // namespace sluice::object
