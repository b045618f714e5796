#pragma once

#include <rte_rcu_qsbr.h>

#include <cstdint>
#include <cstdlib>
#include <memory>

namespace sluice::lcore {

/// Tells when no lcore can be using any more what was taken from under it: each says, once a loop,
/// that it holds nothing. DPDK's quiescent-state based reclamation.
class Quiescence {
 public:
  using Token = uint64_t;

  /// @param threads  lcores are numbered from 0 to this
  explicit Quiescence(unsigned threads)
      : state_(static_cast<rte_rcu_qsbr*>(
            std::aligned_alloc(RTE_CACHE_LINE_SIZE, ::rte_rcu_qsbr_get_memsize(threads)))) {
    ::rte_rcu_qsbr_init(state_.get(), threads);
  }

  /// On the lcore: from here on it is waited for. Neither enters the kernel.
  void enter(unsigned lcore) noexcept {
    ::rte_rcu_qsbr_thread_register(state_.get(), lcore);
    ::rte_rcu_qsbr_thread_online(state_.get(), lcore);
  }
  void passed(unsigned lcore) noexcept { ::rte_rcu_qsbr_quiescent(state_.get(), lcore); }
  void leave(unsigned lcore) noexcept {
    ::rte_rcu_qsbr_thread_offline(state_.get(), lcore);
    ::rte_rcu_qsbr_thread_unregister(state_.get(), lcore);
  }

  /// On the slow thread: what was unpublished before `begin` is out of use once `over` is true.
  Token begin() noexcept { return ::rte_rcu_qsbr_start(state_.get()); }
  bool over(Token token) noexcept { return ::rte_rcu_qsbr_check(state_.get(), token, false) == 1; }

 private:
  struct Free {
    void operator()(rte_rcu_qsbr* state) const { std::free(state); }
  };
  std::unique_ptr<rte_rcu_qsbr, Free> state_;
};

}  // namespace sluice::lcore
