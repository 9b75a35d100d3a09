#include "nodes/stop_signal.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

#include "clipdex/error.hpp"

namespace clipdex::nodes {
namespace {

constexpr int kSignalsToEndAtOnce = 3;

bool is_ignored(int signal) {
  struct sigaction action {};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

sigset_t watched_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGINT);
  ::sigaddset(&set, SIGTERM);
  if (!is_ignored(SIGHUP)) ::sigaddset(&set, SIGHUP);
  return set;
}

}  // namespace

StopSignal::StopSignal() {
  const sigset_t set = watched_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, &mask_before_);
  signals_ = ::signalfd(-1, &set, SFD_CLOEXEC);
  end_ = ::eventfd(0, EFD_CLOEXEC);
  if (signals_ < 0 || end_ < 0) {
    throw Exception(ErrorCode::internal,
                    "cannot watch for signals: " + std::generic_category().message(errno));
  }
  watcher_ = std::thread([this] { watch(); });
}

StopSignal::~StopSignal() {
  const std::uint64_t one = 1;
  (void)!::write(end_, &one, sizeof(one));
  watcher_.join();
  ::close(signals_);
  ::close(end_);
  ::pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
}

bool StopSignal::is_requested() const {
  const std::lock_guard lock(mutex_);
  return requested_;
}

void StopSignal::wait() const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return requested_; });
}

bool StopSignal::wait_for(std::chrono::milliseconds wait_max) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, wait_max, [this] { return requested_; });
}

void StopSignal::on_stop(std::function<void()> call) {
  const std::lock_guard lock(call_mutex_);
  if (call && is_requested()) {
    call_ = nullptr;
    call();
  } else {
    call_ = std::move(call);
  }
}

void StopSignal::request() {
  const std::lock_guard call_lock(call_mutex_);
  {
    const std::lock_guard lock(mutex_);
    requested_ = true;
    changed_.notify_all();
  }
  if (call_) std::exchange(call_, nullptr)();
}

void StopSignal::watch() {
  int count = 0;
  while (true) {
    std::array<pollfd, 2> sources{{{signals_, POLLIN, 0}, {end_, POLLIN, 0}}};
    if (::poll(sources.data(), sources.size(), -1) < 0) continue;  // EINTR.
    if (sources[1].revents != 0) return;
    signalfd_siginfo info{};
    if (::read(signals_, &info, sizeof(info)) != static_cast<ssize_t>(sizeof(info))) continue;
    if (++count == 1) request();
    // The status that a shell gives for a process killed by this signal.
    if (count == kSignalsToEndAtOnce) ::_exit(128 + static_cast<int>(info.ssi_signo));
  }
}

}  // namespace clipdex::nodes
