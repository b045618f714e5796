#include "tools/gen/made_picture.h"

#include <algorithm>
#include <string>

#include "tools/gen/bit_writer.h"

namespace sluice::gen {
namespace {

constexpr unsigned kColumns = 11;  // macroblocks
constexpr unsigned kRows = 9;
constexpr unsigned kFrameNumBits = 4;
constexpr size_t kFillerOverhead = 6;  // start code, header, trailing bits

void add_nal(std::vector<uint8_t>& stream, uint8_t header, const std::vector<uint8_t>& payload) {
  stream.insert(stream.end(), {0, 0, 0, 1, header});
  unsigned zeros = 0;
  for (const uint8_t byte : payload) {
    if (zeros == 2 && byte <= 3) {
      stream.push_back(3);  // emulation_prevention_three_byte
      zeros = 0;
    }
    stream.push_back(byte);
    zeros = byte == 0 ? zeros + 1 : 0;
  }
}

std::vector<uint8_t> sequence_parameter_set() {
  BitWriter out;
  out.bits(66, 8);    // profile_idc: Baseline
  out.bits(0xc0, 8);  // constraint_set0_flag, constraint_set1_flag
  out.bits(30, 8);    // level_idc
  out.ue(0);          // seq_parameter_set_id
  out.ue(kFrameNumBits - 4);
  out.ue(2);  // pic_order_cnt_type: output order is decoding order
  out.ue(1);  // max_num_ref_frames
  out.bits(0, 1);
  out.ue(kColumns - 1);
  out.ue(kRows - 1);
  out.bits(1, 1);  // frame_mbs_only_flag
  out.bits(1, 1);  // direct_8x8_inference_flag
  out.bits(0, 2);  // no cropping, no VUI
  out.end();
  return out.bytes();
}

std::vector<uint8_t> picture_parameter_set() {
  BitWriter out;
  out.ue(0);
  out.ue(0);
  out.bits(0, 2);  // CAVLC
  out.ue(0);
  out.ue(0);
  out.ue(0);
  out.bits(0, 3);
  out.ue(0);  // se(0) of pic_init_qp, pic_init_qs and chroma_qp_index_offset
  out.ue(0);
  out.ue(0);
  out.bits(0, 3);
  out.end();
  return out.bytes();
}

std::vector<uint8_t> channel_message() {
  static constexpr uint8_t kUserDataUnregistered = 5;
  // an identifier of our own (RFC 4122, version 4)
  static constexpr uint8_t kUuid[16] = {0x5a, 0x1c, 0xe9, 0x0e, 0x6d, 0x2b, 0x4f, 0x37,
                                        0x9b, 0x1d, 0x73, 0x6c, 0x75, 0x69, 0x63, 0x65};
  std::string text(reinterpret_cast<const char*>(kUuid), sizeof kUuid);
  text += kChannelMark + std::string(kChannelDigits, '0');
  std::vector<uint8_t> message(text.size() + 3);
  message[0] = kUserDataUnregistered;
  message[1] = static_cast<uint8_t>(text.size());
  std::copy(text.begin(), text.end(), message.begin() + 2);
  message.back() = 0x80;
  return message;
}

std::vector<uint8_t> idr_slice(unsigned gop) {
  BitWriter out;
  out.ue(0);  // first_mb_in_slice
  out.ue(7);  // slice_type: I
  out.ue(0);
  out.bits(0, kFrameNumBits);  // frame_num
  out.ue(gop % 2);             // idr_pic_id
  out.bits(0, 2);              // dec_ref_pic_marking
  out.ue(0);                   // slice_qp_delta
  for (unsigned i = 0; i < kColumns * kRows; ++i) {
    out.ue(3);       // mb_type I_16x16_2_0_0: predicted from nothing, no coefficients
    out.ue(0);       // intra_chroma_pred_mode
    out.ue(0);       // mb_qp_delta
    out.bits(1, 1);  // coeff_token: none
  }
  out.end();
  return out.bytes();
}

std::vector<uint8_t> skipping_slice(unsigned number) {
  BitWriter out;
  out.ue(0);
  out.ue(5);  // slice_type: P
  out.ue(0);
  out.bits(number % (1U << kFrameNumBits), kFrameNumBits);
  out.bits(0, 1);            // num_ref_idx_active_override_flag
  out.bits(0, 1);            // ref_pic_list_modification_flag_l0
  out.bits(0, 1);            // adaptive_ref_pic_marking_mode_flag
  out.ue(0);                 // slice_qp_delta
  out.ue(kColumns * kRows);  // mb_skip_run
  out.end();
  return out.bytes();
}

}  // namespace

std::vector<uint8_t> made_picture(unsigned number, unsigned gop) {
  std::vector<uint8_t> picture;
  add_nal(picture, 9, {0xf0});  // access unit delimiter: any slice type
  if (number == 0) {
    add_nal(picture, 0x67, sequence_parameter_set());
    add_nal(picture, 0x68, picture_parameter_set());
    add_nal(picture, 6, channel_message());
    add_nal(picture, 0x65, idr_slice(gop));
  } else {
    add_nal(picture, 0x41, skipping_slice(number));
  }
  return picture;
}

void pad_picture(std::vector<uint8_t>& picture, size_t size) {
  if (size < picture.size() + kFillerOverhead) {
    return;
  }
  std::vector<uint8_t> filler(size - picture.size() - kFillerOverhead, 0xff);
  filler.push_back(0x80);
  add_nal(picture, 12, filler);
}

}  // namespace sluice::gen
