"""An hour begins and another ends: a capture file whose clock runs from 06:58:30 to 08:01:00 UTC."""

import datetime
import os
import pathlib
import re
import subprocess
import tempfile
import unittest
import unittest.mock

from harness import appliance, capture_file, media, player, ts

SUITE = "hours"
TIMEOUT = 180

GROUP, PORT, SECONDS, TARGET = "239.77.3.1", 5000, 3750, 6
TINY = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 20 -keyint_min 20 -sc_threshold 0 -b:v 30k"
# Yesterday, as whatever keeps order in the archive may tidy up what is old.
DAY = datetime.datetime.now(datetime.timezone.utc).date() - datetime.timedelta(days=1)
BEGIN = datetime.datetime.combine(DAY, datetime.time(6, 58, 30), datetime.timezone.utc).timestamp()
RESTART = BEGIN + 90 + 20 * 60 + 1.234  # within hour 07, within a segment


def channel():
    return media.channel(TINY, "-c:a aac -ac 1 -b:a 24k", SECONDS, size="64x48", rate=10)


def frames():
    return [(BEGIN + seconds, capture_file.frame(data, GROUP, PORT)) for seconds, data in ts.departures(channel())]


class Hours(unittest.TestCase):
    """The file store, with everything at the capture's pace or faster."""

    def record(self, sluice, path):
        sluice.configuration["dataplane"] = {"driver": "file", "path": str(path), "pace": "max"}
        sluice.start()
        self.assertEqual(0, sluice.wait(120))

    def appliance(self, storage=None):
        return appliance.Appliance([{"name": "news", "source": f"udp://{GROUP}:{PORT}"}], {"driver": "file"},
                                   storage, segment={"target": f"{TARGET}s", "max": "10s"})

    def hour(self, sluice, hour):
        return sluice.stream_folder("news") / DAY.strftime("%Y/%m/%d") / f"{hour:02}"

    def check_archive(self, sluice):
        """What holds of the archive whether or not there was a restart."""
        folders = sorted(path.parent for path in sluice.stream_folder("news").rglob("hourly_index.m3u8"))
        self.assertEqual([self.hour(sluice, hour) for hour in (6, 7, 8)], folders)
        for folder, ended in zip(folders, (True, True, False)):
            for playlist in ("hourly_index.m3u8", "index.m3u8"):
                text = (folder / playlist).read_text()
                self.assertEqual(ended, "#EXT-X-ENDLIST" in text, f"{folder.name}/{playlist}")
        self.assertTrue(sluice.archived("news") == channel(), "the archive is not what was captured")

        listed, sequences = [], []
        for folder in folders:
            text = (folder / "index.m3u8").read_text()
            uris = [line for line in text.splitlines() if line and not line.startswith("#")]
            self.assertEqual([path.name for path in sorted(folder.glob("segment_*.ts"))], uris)
            first = int(re.search(r"#EXT-X-MEDIA-SEQUENCE:(\d+)", text)[1])
            sequences += range(first, first + len(uris))
            listed += uris
            absolute = (folder / "hourly_index.m3u8").read_text()
            self.assertEqual(uris, [line.split("?")[0].rpartition("/")[2] for line in absolute.splitlines()
                                    if line and not line.startswith("#")])
        self.assertEqual(len(listed), len(set(listed)), "a segment stands in two hours")
        self.assertEqual(list(range(sequences[0], sequences[0] + len(sequences))), sequences)
        self.check_names(folders)
        urls = (sluice.folder / "urls.log").read_text().splitlines()
        self.assertEqual([f"Hour {DAY:%Y/%m/%d}/{hour:02} => http" for hour in (6, 7, 8)],
                         [line.partition("http")[0] + "http" for line in urls])

    def check_names(self, folders):
        """A segment lies in the hour of its start, and is numbered within it from 0."""
        for folder in folders:
            names = [re.fullmatch(r"segment_(\d{8})-(\d\d)\d{4}__(\d{4})\.ts", path.name)
                     for path in sorted(folder.glob("segment_*.ts"))]
            self.assertEqual({(f"{DAY:%Y%m%d}", folder.name)}, {(name[1], name[2]) for name in names})
            self.assertEqual(list(range(len(names))), [int(name[3]) for name in names])

    def test_three_hours_come_of_an_unbroken_capture(self):
        with tempfile.TemporaryDirectory(prefix="sluice-t-") as folder, self.appliance() as sluice:
            path = pathlib.Path(folder) / "hours.pcap"
            capture_file.write(path, frames())
            self.record(sluice, path)
            self.check_archive(sluice)
            whole = pathlib.Path(folder) / "whole.ts"
            whole.write_bytes(channel())
            cuts = media.expected_cuts(media.key_frames(whole), TARGET)
            pid = ts.video_pid(channel())
            self.assertEqual(cuts, [pts for path in sluice.segments("news")
                                    if (pts := ts.first_pts(path.read_bytes(), pid)) is not None])
            self.assertNotIn("#EXT-X-DISCONTINUITY\n", (self.hour(sluice, 7) / "index.m3u8").read_text())

    def test_a_restart_within_an_hour_overwrites_nothing_and_numbers_go_on(self):
        with tempfile.TemporaryDirectory(prefix="sluice-t-") as folder, self.appliance() as sluice:
            before, after = pathlib.Path(folder) / "before.pcap", pathlib.Path(folder) / "after.pcap"
            everything = frames()
            capture_file.write(before, [pair for pair in everything if pair[0] < RESTART])
            capture_file.write(after, [pair for pair in everything if pair[0] >= RESTART])
            self.record(sluice, before)
            first = {path: path.read_bytes() for path in sluice.segments("news")}
            self.record(sluice, after)
            self.assertEqual([], [path.name for path, data in first.items() if path.read_bytes() != data])
            self.check_archive(sluice)
            text = (self.hour(sluice, 7) / "index.m3u8").read_text()
            self.assertEqual(1, text.count("#EXT-X-DISCONTINUITY\n"))

    def test_each_hour_is_fetched_and_played_to_its_end_by_its_url(self):
        storage = {"endpoint": os.environ["SLUICE_TEST_S3_ENDPOINT"], "bucket": "sluice-hours"}
        keys = {"AWS_ACCESS_KEY_ID": os.environ["SLUICE_TEST_S3_ACCESS_KEY"],
                "AWS_SECRET_ACCESS_KEY": os.environ["SLUICE_TEST_S3_SECRET_KEY"]}
        with tempfile.TemporaryDirectory(prefix="sluice-t-") as folder, self.appliance(storage) as sluice:
            path = pathlib.Path(folder) / "hours.pcap"
            capture_file.write(path, frames())
            with unittest.mock.patch.dict(os.environ, keys):
                self.record(sluice, path)
            urls = [line.split(" => ")[1] for line in (sluice.folder / "urls.log").read_text().splitlines()]
            self.assertEqual(3, len(urls))
            total = 0.0
            for url in urls:
                text = subprocess.run(["curl", "-fsS", url], check=True, stdout=subprocess.PIPE, text=True).stdout
                length = sum(map(float, re.findall(r"#EXTINF:([\d.]+)", text)))
                # a player waits for more of an hour that has no end
                played = player.play(url, None if "#EXT-X-ENDLIST" in text else length - 1)
                self.assertGreater(played, length - 2, url)
                total += length
            self.assertAlmostEqual(SECONDS, total, delta=0.2)
