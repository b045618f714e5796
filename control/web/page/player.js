// Plays a playlist by hls.js, or by the browser itself, and says kindly why when it cannot.

import { element, utcTime } from "./format.js";

// Media errors closer together than this have one cause.
const kRecoveryMs = 30_000;
// A picture is there this long after the first segment is, or not at all.
const kPictureMs = 5_000;

const kFamilies = [
  [/^(hvc1|hev1)/, "HEVC video"],
  [/^(avc1|avc3)/, "H.264 video"],
  [/^(mp2v|mp4v\.6[0-5])/i, "MPEG-2 video"],
  [/^ac-?3/, "AC-3 audio"],
  [/^ec-?3/, "E-AC-3 audio"],
  [/^mp4a\.(40\.3[234]|6[9b])/i, "MPEG audio"],
  [/^mp4a/, "AAC audio"],
];

export const familyOf = (codec) => kFamilies.find(([pattern]) => pattern.test(codec))?.[1] ?? codec;

const isVideo = (codec) => familyOf(codec).endsWith("video");

/** The families in an RFC 6381 list that this browser cannot decode. */
function undecodable(codecs) {
  const list = codecs.split(",").map((codec) => codec.trim()).filter(Boolean);
  const source = window.ManagedMediaSource ?? window.MediaSource;
  return list.filter((codec) => {
    const type = `${isVideo(codec) ? "video" : "audio"}/mp4; codecs="${codec}"`;
    return source ? !source.isTypeSupported(type) : false;
  });
}

export class Player {
  #video;
  #message;
  #clock;
  #hls = null;
  #codecs = "";
  #mediaErrors = [];
  #passedTo = 0;

  constructor(video, message, clock) {
    this.#video = video;
    this.#message = message;
    this.#clock = clock;
    video.addEventListener("playing", () => this.#say(null));
    video.addEventListener("error", () => this.#onDecodeError());
    setInterval(() => this.#showClock(), 250);
  }

  /** @param codecs  RFC 6381 list, "" if not known */
  play(url, codecs) {
    this.stop();
    this.#codecs = codecs;
    if (undecodable(codecs).some(isVideo)) {
      this.#cannotDecode();
    } else if (window.Hls?.isSupported()) {
      this.#playByHls(url);
    } else if (this.#video.canPlayType("application/vnd.apple.mpegurl")) {
      this.#video.src = url;
      this.#start();
    } else {
      this.#say("This browser cannot play HLS", "Open the address below in mpv or VLC.");
    }
  }

  stop() {
    this.#hls?.destroy();
    this.#hls = null;
    this.#mediaErrors = [];
    this.#passedTo = 0;
    this.#video.removeAttribute("src");
    this.#video.load();
    this.#say(null);
  }

  #playByHls(url) {
    const hls = new window.Hls({ backBufferLength: 120 });
    this.#hls = hls;
    hls.on(window.Hls.Events.ERROR, (_, error) => this.#onError(error));
    hls.on(window.Hls.Events.MANIFEST_PARSED, () => this.#start());
    hls.once(window.Hls.Events.FRAG_BUFFERED, () => {
      setTimeout(() => this.#expectPicture(hls), kPictureMs);
    });
    hls.loadSource(url);
    hls.attachMedia(this.#video);
  }

  /** Some browsers play the sound of video that they cannot decode, and report no error. */
  #expectPicture(hls) {
    const codecs = this.#codecs.split(",").map((codec) => codec.trim()).filter(Boolean);
    const hasVideo = codecs.length === 0 || codecs.some(isVideo);
    if (this.#hls === hls && hasVideo && this.#video.videoWidth === 0) {
      this.#cannotDecode();
    }
  }

  #start() {
    // refused until the viewer has touched the page, unless muted; the controls are there
    this.#video.play().catch(() => {});
  }

  #onError(error) {
    const { ErrorTypes, ErrorDetails } = window.Hls;
    const codecErrors = [
      ErrorDetails.MANIFEST_INCOMPATIBLE_CODECS_ERROR,
      ErrorDetails.BUFFER_INCOMPATIBLE_CODECS_ERROR,
      ErrorDetails.BUFFER_ADD_CODEC_ERROR,
    ];
    if (codecErrors.includes(error.details)) {
      this.#cannotDecode(error.mimeType?.match(/codecs="?([^"]*)/)?.[1]);
    } else if (!error.fatal) {
      return;
    } else if (error.type === ErrorTypes.NETWORK_ERROR) {
      this.#onNetworkError(error);
    } else if (error.type === ErrorTypes.MEDIA_ERROR && this.#mayRecover()) {
      this.#hls.recoverMediaError();
    } else {
      this.#cannotDecode();
    }
  }

  /**
   * A picture that has lost packets can end the browser's decoder, which hls.js does not look at:
   * what is left of the segment is passed over.
   */
  #onDecodeError() {
    const hls = this.#hls;
    const video = this.#video;
    if (!hls || video.error?.code !== MediaError.MEDIA_ERR_DECODE) {
      return;
    }
    if (video.currentTime > this.#passedTo + 0.5) {
      this.#mediaErrors = []; // it has played since the last time
    }
    if (!this.#mayRecover()) {
      this.#cannotDecode();
      return;
    }
    const fragments = hls.levels[hls.loadLevel]?.details?.fragments ?? [];
    const next = fragments.find((fragment) => fragment.start > video.currentTime);
    const to = next?.start ?? fragments.at(-1)?.end ?? video.currentTime + 1;
    this.#passedTo = to;
    hls.detachMedia();
    hls.stopLoad();
    hls.once(window.Hls.Events.MEDIA_ATTACHED, () => {
      hls.startLoad(to);
      video.currentTime = to;
      this.#start();
    });
    hls.attachMedia(video);
  }

  /** A broken segment is passed over; what fails again at once is no accident. */
  #mayRecover() {
    const now = performance.now();
    this.#mediaErrors = this.#mediaErrors.filter((then) => now - then < kRecoveryMs);
    this.#mediaErrors.push(now);
    return this.#mediaErrors.length < 3;
  }

  #onNetworkError(error) {
    const hls = this.#hls;
    if (error.response?.code === 404) {
      this.#say("Nothing to play yet", "No segment of it is stored. Playing starts by itself once one is.");
    } else {
      this.#say("The stream cannot be reached", "Trying again.");
    }
    setTimeout(() => {
      if (this.#hls === hls) {
        hls.loadSource(hls.url);
      }
    }, 2000);
  }

  /** @param refused  the codecs that the browser refused, if it said so */
  #cannotDecode(refused = "") {
    const known = undecodable(this.#codecs);
    const codecs = known.length > 0 ? known : refused.split(",").filter(Boolean);
    const names = codecs.map((codec) => familyOf(codec.trim())).join(" and ") || "this stream's format";
    this.#hls?.destroy();
    this.#hls = null;
    this.#say(
      `This browser cannot decode ${names}`,
      "Nothing is wrong with the recording: the address below plays in mpv, VLC or ffplay.",
    );
  }

  #say(title, text = "") {
    this.#message.hidden = title === null;
    this.#message.replaceChildren(
      element("strong", { textContent: title ?? "" }),
      element("span", { textContent: text }),
    );
  }

  #showClock() {
    const date = this.#hls?.playingDate;
    this.#clock.textContent = date ? `${utcTime(date)} UTC` : "";
  }
}
