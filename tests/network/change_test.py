"""Streams that change while an appliance runs: by reload, by command, over crashes."""

import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest
import urllib.request

from harness import appliance, commands, media, network, paths

SUITE = "network"
NEEDS_ROOT = True

SMALL = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 10 -keyint_min 10 -sc_threshold 0 -b:v 40k"


def udp(name, number, **more):
    return {"name": name, "source": f"udp://239.91.1.{number}:5000", "bitrate": "1Mbps", **more}


class Changes(unittest.TestCase):
    """An appliance on one end of a veth pair that captures the stream `keep`, to which another
    process sends all the time; and three more groups."""

    dataplane = staticmethod(appliance.dpdk)

    @classmethod
    def setUpClass(cls):
        cls.data = media.channel(SMALL, "", 6, size="64x48", rate=10)

    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory(prefix="sluice-t-"))
        self.veth = self.enterContext(network.VethPair())
        self.path = pathlib.Path(self.folder) / "small.ts"
        self.path.write_bytes(self.data)

    def appliance(self, *streams, **options):
        return self.enterContext(
            appliance.Appliance([udp("keep", 1), *streams], self.dataplane(self.veth.interface), **options))

    def send(self, *numbers):
        return self.enterContext(
            self.veth.send(*((self.path, "udp", f"239.91.1.{number}", 5000) for number in numbers)))

    def sluice(self, appliance_, *arguments, status=0):
        done = subprocess.run([paths.program("sluice"), *arguments], capture_output=True, text=True, timeout=60,
                              check=False)
        self.assertEqual(status, done.returncode, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def reload(self, sluice, status=0):
        sluice.write()
        return self.sluice(sluice, "reload", "-c", sluice.path, status=status)

    def names(self, sluice):
        return {one["name"] for one in commands.ask(sluice, "list")["streams"]}

    def finish(self, sluice, sender):
        """Ends both; the stream that nobody touched is exact, and every datagram accounted for."""
        sender.wait()
        status = sluice.wait_for(lambda now: now["in_flight"] == 0, what="rest")
        self.assertEqual(0, sluice.stop())
        self.assertTrue(sluice.archived("keep") == self.data, "keep")
        self.assertEqual(status["received"],
                         status["committed"] + sum(status["drops"].values()), status["drops"])

    def wait_received(self, sluice, name, count=1):
        return sluice.wait_for(
            lambda now: any(one["name"] == name and one["received"] >= count for one in now["streams"]),
            what=f"datagrams of {name}")


class Reload(Changes):
    def test_adds_changes_and_removes_what_the_file_says(self):
        sluice = self.appliance(udp("old", 2), udp("other", 3))
        sluice.start()
        sender = self.send(1, 2, 3, 4)
        self.wait_received(sluice, "old", 20)
        streams = sluice.configuration["streams"]
        streams[:] = [streams[0], udp("other", 4), udp("new", 3)]
        said = self.reload(sluice)
        self.assertEqual(["added      new", "changed    other", "removed    old"], said.splitlines())
        self.assertEqual("nothing to change\n", self.reload(sluice))
        self.wait_received(sluice, "new", 20)
        self.assertEqual({"keep", "other", "new"}, {one["name"] for one in sluice.status()["streams"]})
        self.finish(sluice, sender)
        self.assertTrue(sluice.archived("old") in self.data)
        self.assertIn("source_switch", [reason for line in sluice.manifest("other")
                                        for reason in line["discontinuity"]])

    def test_changes_nothing_if_anything_is_wrong_or_needs_a_restart(self):
        sluice = self.appliance()
        sluice.start()
        sender = self.send(1)
        before = dict(sluice.configuration)
        sluice.configuration["streams"] = [udp("keep", 1), udp("new", 2), udp("bad", 3, ratention="1d")]
        said = self.reload(sluice, status=2)
        self.assertRegex(said, r'sluice\.yaml:\d+:\d+: unknown key "ratention"')
        sluice.configuration["streams"] = [udp("keep", 1), udp("new", 2)]
        sluice.configuration["arena"] = {**before["arena"], "size": "65MiB"}
        sluice.configuration["dataplane"] = {**before["dataplane"], "idle": "spin"}
        said = self.reload(sluice, status=1)
        self.assertIn("a restart is needed to change dataplane.idle, arena.size; nothing was changed", said)
        self.assertEqual({"keep"}, self.names(sluice))
        other = pathlib.Path(self.folder) / "other.yaml"
        other.write_text(json.dumps(before))
        said = self.sluice(sluice, "reload", "-c", other, status=1)
        self.assertIn("reads that file only", said)
        self.finish(sluice, sender)

    def test_needs_somebody_who_runs(self):
        sluice = self.appliance()
        self.assertIn("no dataplane of this appliance is running", self.reload(sluice, status=1))

    def test_leaves_what_was_changed_by_command_until_the_file_says_something_new(self):
        sluice = self.appliance(udp("file", 2))
        sluice.start()
        sender = self.send(1)
        commands.ask(sluice, "add", streams=[udp("mine", 3)])
        commands.ask(sluice, "remove", names=["file"])
        self.assertEqual("nothing to change\n", self.reload(sluice))
        self.assertEqual({"keep", "mine"}, self.names(sluice))
        sluice.configuration["streams"][1] = udp("file", 4)
        self.assertEqual("added      file\n", self.reload(sluice))
        self.assertEqual({"keep", "mine", "file"}, self.names(sluice))
        self.finish(sluice, sender)


class Commands(Changes):
    def test_nothing_is_half_done_if_one_of_several_is_wrong(self):
        sluice = self.appliance()
        sluice.start()
        sender = self.send(1)
        wrong = commands.send(sluice, json.dumps({"version": 1, "command": "add", "streams": [
            udp("fine", 2), udp("bad", 3, bitrate="1"), udp("copy", 1)]}))
        self.assertFalse(wrong["ok"])
        self.assertEqual(2, len(wrong["problems"]))
        self.assertRegex(wrong["problems"][0], r"^stream:1:\d+: streams\[1\]\.bitrate: ")
        self.assertIn('stream "keep" takes the same packets already', wrong["problems"][1])
        for line in ('{"version":1,"command":"remove","names":["keep","nobody"]}',
                     '{"version":1,"command":"add","streams":[{"name":"x","source":"file:///nowhere.ts"}]}',
                     '{"version":1,"command":"change","streams":["{name: nobody, source: \'udp://239.1.1.1:1\'}"]}',
                     'nonsense'):
            self.assertFalse(commands.send(sluice, line)["ok"], line)
        self.assertEqual({"keep"}, self.names(sluice))
        self.finish(sluice, sender)

    def test_by_the_command_line(self):
        sluice = self.appliance()
        sluice.start()
        sender = self.send(1, 2)
        said = self.sluice(sluice, "stream", "add", "-c", sluice.path,
                           "{name: more, source: 'udp://239.91.1.2:5000', bitrate: 1Mbps}")
        self.assertEqual("added      more\n", said)
        sluice.wait_for(lambda now: any((one["name"], one["state"]) == ("more", "receiving")
                                        for one in now["streams"]), what="the stream's state")
        listed = self.sluice(sluice, "stream", "list", "-c", sluice.path).splitlines()
        self.assertEqual(["NAME", "SOURCE", "STATE", "BY"], listed[0].split())
        self.assertEqual(["more", "udp://239.91.1.2:5000", "receiving", "command"], listed[2].split())
        said = self.sluice(sluice, "stream", "add", "-c", sluice.path, "{name: keep, source: 'udp://239.1.1.1:1'}",
                           status=2)
        self.assertIn('another stream is called "keep" already', said)
        self.assertEqual("removed    more\n", self.sluice(sluice, "stream", "remove", "-c", sluice.path, "more"))
        self.finish(sluice, sender)

    def test_two_streams_of_one_group_come_and_go_by_themselves(self):
        sluice = self.appliance()
        sluice.start()
        sender = self.send(1)
        commands.ask(sluice, "add", streams=[udp("twin", 1, program="all")])
        self.wait_received(sluice, "twin", 50)
        commands.ask(sluice, "remove", names=["twin"])
        self.finish(sluice, sender)
        twin = sluice.archived("twin")
        self.assertTrue(len(twin) > 50 * 188 and twin in self.data)

    def test_a_stream_that_is_cut_otherwise_loses_nothing(self):
        sluice = self.appliance(udp("cut", 2))
        sluice.start()
        sender = self.send(1, 2)
        self.wait_received(sluice, "cut", 30)
        answer = commands.ask(sluice, "change", streams=[udp("cut", 2, segment={"target": "1s"})])
        self.assertEqual(["cut"], answer["changed"])
        self.finish(sluice, sender)
        self.assertTrue(sluice.archived("cut") == self.data)
        marked = [line for line in sluice.manifest("cut") if "restart" in line["discontinuity"]]
        self.assertEqual(1, len(marked))

    def test_what_only_control_acts_upon_cuts_nothing(self):
        sluice = self.appliance(udp("window", 2))
        sluice.start()
        sender = self.send(1, 2)
        self.wait_received(sluice, "window", 30)
        commands.ask(sluice, "change", streams=[udp("window", 2, playlist={"live_window": 9}, group="g")])
        self.finish(sluice, sender)
        self.assertTrue(sluice.archived("window") == self.data)
        self.assertEqual([], [line for line in sluice.manifest("window") if line["discontinuity"]])
        self.assertTrue((sluice.archive / "hls" / "g" / "master.m3u8").exists())

    def test_a_removed_stream_s_playlist_ends_and_goes_on_when_it_comes_back(self):
        sluice = self.appliance(udp("guest", 2))
        sluice.start()
        sender = self.send(1, 2)
        self.wait_received(sluice, "guest", 40)
        commands.ask(sluice, "remove", names=["guest"])
        live = sluice.archive / "hls" / "guest" / "index.m3u8"
        self.wait_until(lambda: live.exists() and live.read_text().endswith("#EXT-X-ENDLIST\n"))
        with urllib.request.urlopen(f"{sluice.url}/streams/guest/live.m3u8") as answer:
            self.assertTrue(answer.read().decode().endswith("#EXT-X-ENDLIST\n"))
        first = len(sluice.manifest("guest"))
        commands.ask(sluice, "add", streams=[udp("guest", 2)])
        self.wait_received(sluice, "guest")
        self.finish(sluice, sender)
        lines = sluice.manifest("guest")
        self.assertEqual(list(range(len(lines))), [line["sequence"] for line in lines])
        back = next(line for line in lines[first:] if not line["lost"])
        self.assertIn("restart", back["discontinuity"])
        self.assertNotIn("ENDLIST", live.read_text())

    def test_files_come_and_go(self):
        sluice = self.appliance()
        sluice.start()
        sender = self.send(1)
        source = f"file://{self.path}?pace=max"
        for _ in range(3):
            commands.ask(sluice, "add", streams=[{"name": "clip", "source": source, "bitrate": "1Mbps"}])
            sluice.wait_for(lambda now: any(one["name"] == "clip" and one["bytes"] >= len(self.data)
                                            for one in now["streams"]), what="the file's end")
            commands.ask(sluice, "remove", names=["clip"])
        self.finish(sluice, sender)
        self.assertTrue(sluice.archived("clip") == 3 * self.data)

    def test_a_drained_dataplane_captures_nothing_until_a_reload(self):
        sluice = self.appliance(udp("other", 2))
        sluice.start()
        sender = self.send(1, 2)
        self.wait_received(sluice, "other", 20)
        self.assertIn("drained", self.sluice(sluice, "stream", "drain", "-c", sluice.path))
        at_rest = sluice.wait_for(lambda now: now["in_flight"] == 0, what="rest")["received"]
        time.sleep(0.3)
        self.assertEqual(at_rest, sluice.status()["received"])
        refused = commands.send(sluice, '{"version":1,"command":"remove","names":["other"]}')
        self.assertIn("drained", refused["error"])
        self.reload(sluice)
        self.wait_received(sluice, "keep")
        sender.wait()
        self.assertEqual(0, sluice.stop())

    def wait_until(self, condition, patience=20):
        end = time.monotonic() + patience
        while not condition():
            self.assertLess(time.monotonic(), end, "it did not come to be")
            time.sleep(0.05)


class PcapReload(Changes):
    dataplane = staticmethod(appliance.pcap)
    test_adds_changes_and_removes = Reload.test_adds_changes_and_removes_what_the_file_says


class Crashes(Changes):
    """Whoever dies right after a change was answered comes back with the changed set."""

    def crash(self, victim):
        sluice = self.appliance(udp("file", 2))
        sluice.start()
        commands.ask(sluice, "add", streams=[udp("mine", 3)])
        commands.ask(sluice, "remove", names=["file"])
        os.kill(sluice.processes()[victim], signal.SIGKILL)
        return sluice

    def test_the_dataplane(self):
        sluice = self.crash("sluice-dataplane")
        starts = sluice.status()["dataplane"]["starts"]
        sluice.wait_for(lambda now: now["dataplane"]["ready"] and now["dataplane"]["starts"] > starts,
                        what="its successor")
        self.assertEqual({"keep", "mine"}, self.names(sluice))
        sender = self.send(1, 2, 3)
        self.finish(sluice, sender)
        self.assertTrue(sluice.archived("mine") == self.data)
        self.assertFalse((sluice.archive / "hls" / "file").exists())

    def test_control(self):
        sluice = self.crash("sluice-control")
        sender = self.send(1, 2, 3)
        self.wait_received(sluice, "mine")
        commands.ask(sluice, "add", streams=[udp("later", 4)])
        sluice.wait_for(lambda now: now["control"]["running"], what="its successor")
        self.finish(sluice, sender)
        self.assertTrue(sluice.archived("mine") == self.data)
        self.assertFalse((sluice.archive / "hls" / "file").exists())

    def test_both_and_the_supervisor(self):
        sluice = self.crash("sluice-dataplane")
        sluice.kill()
        end = time.monotonic() + 20
        while sluice.processes() and time.monotonic() < end:
            time.sleep(0.05)  # the kernel buries them with all their memory
        sluice.start()
        self.assertEqual({"keep", "mine"}, self.names(sluice))
        sender = self.send(1, 3)
        self.finish(sluice, sender)
        self.assertTrue(sluice.archived("mine") == self.data)
