#include "storage/catalog/schema.h"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>

#include "storage/catalog/catalog.h"
#include "tests/storage/catalog/temporary_folder.h"

namespace sluice::catalog {
namespace {

using testing::HasSubstr;

TEST(Schema, OpeningTwiceChangesNothing) {
  TemporaryFolder folder;
  ASSERT_TRUE(Catalog::open(folder / "c.db").value().set_store_id("a"));
  EXPECT_EQ(Catalog::open(folder / "c.db").value().read().store_id().value(), "a");
}

TEST(Schema, BringsACatalogOfTheFirstVersionUpToDate) {
  TemporaryFolder folder;
  {
    auto made = Catalog::open(folder / "c.db").value();
    ASSERT_TRUE(made.commit({.segments = {{.stream = "news", .sequence = 3, .key = "news/3"}}}));
  }
  {
    auto database = Database::open(folder / "c.db", Database::Mode::kReadWrite).value();
    ASSERT_TRUE(database->execute(
        "ALTER TABLE segments DROP COLUMN crc_errors; ALTER TABLE segments DROP COLUMN "
        "faulty_pids; PRAGMA user_version = 1"));
  }
  const auto catalog = Catalog::open(folder / "c.db");
  ASSERT_TRUE(catalog) << catalog.error().message;
  const auto row = catalog->read().find("news", 3);
  ASSERT_TRUE(row && *row);
  EXPECT_EQ((*row)->key, "news/3");
  EXPECT_EQ((*row)->record.crc_errors, 0U);
  EXPECT_TRUE((*row)->record.faulty_pids.empty());
}

TEST(Schema, RefusesACatalogOfANewerProgram) {
  TemporaryFolder folder;
  {
    const auto made = Catalog::open(folder / "c.db");
    auto database = Database::open(folder / "c.db", Database::Mode::kReadWrite).value();
    ASSERT_TRUE(database->execute("PRAGMA user_version = 999"));
  }
  const auto refused = Catalog::open(folder / "c.db");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("schema 999"));
}

TEST(Schema, RefusesADatabaseOfSomebodyElse) {
  TemporaryFolder folder;
  {
    auto database = Database::open(folder / "c.db", Database::Mode::kReadWrite).value();
    ASSERT_TRUE(database->execute("CREATE TABLE theirs (x)"));
  }
  const auto refused = Catalog::open(folder / "c.db");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("not a catalog of Sluice"));
}

TEST(Schema, RenamesABrokenFileAsideAndBeginsANewOne) {
  TemporaryFolder folder;
  std::ofstream(folder / "c.db") << std::string(8192, 'x');
  const auto catalog = Catalog::open(folder / "c.db");
  ASSERT_TRUE(catalog) << catalog.error().message;
  EXPECT_TRUE(catalog->read().streams().value().empty());
  EXPECT_EQ(std::filesystem::file_size(folder / "c.db.broken-1"), 8192u);
}

TEST(Schema, LeavesAFileAloneThatCannotBeWrittenJustNow) {
  TemporaryFolder folder;
  ASSERT_TRUE(Catalog::open(folder / "c.db").value().set_store_id("a"));
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &none);
  const bool opened = Catalog::open(folder / "c.db").has_value();
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, SIG_DFL);
  EXPECT_FALSE(opened);
  EXPECT_FALSE(std::filesystem::exists(folder / "c.db.broken-1"));
  EXPECT_EQ(Catalog::open(folder / "c.db").value().read().store_id().value(), "a");
}

TEST(Schema, AFolderThatCannotBeMadeIsNamed) {
  const auto refused = Catalog::open("/proc/none/c.db");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("/proc/none"));
}

}  // namespace
}  // namespace sluice::catalog
