#include "cli/supervisor.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "cli/console.hpp"
#include "clipdex/error.hpp"

namespace clipdex::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kTick{100};
// From SIGINT to SIGTERM, and from there to SIGKILL.
constexpr std::chrono::seconds kGrace{5};
// For the leader, which may have something to finish.
constexpr std::chrono::seconds kLeaderGrace{20};
constexpr std::size_t kLineBytesMax = 64 << 10;

/// The two ends of a pipe that no other child inherits.
std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw Exception(ErrorCode::internal, fmt::format("no pipe: {}", std::strerror(errno)));
  }
  return ends;
}

/// In the new process: becomes the program, or writes why not. Only calls that are safe after fork.
[[noreturn]] void become(char* const* words, int out, int err, int failure, pid_t parent) {
  ::setpgid(0, 0);  // A terminal's Ctrl-C reaches the supervisor alone, which passes it on.
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(kFailed);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  ::signal(SIGPIPE, SIG_DFL);
  ::signal(SIGINT, SIG_DFL);
  ::signal(SIGTERM, SIG_DFL);
  ::execv(words[0], words);
  const int error = errno;
  [[maybe_unused]] const ssize_t written = ::write(failure, &error, sizeof error);
  ::_exit(kFailed);
}

class Running {
 public:
  Running(const Child& child, const SupervisorOptions& options) : child_(child), options_(options) {
    const auto out = make_pipe();
    const auto err = make_pipe();
    const auto failure = make_pipe();
    std::vector<char*> words{const_cast<char*>(child.program.c_str())};
    for (const std::string& word : child.arguments)
      words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ == 0) become(words.data(), out[1], err[1], failure[1], parent);
    for (const int end : {out[1], err[1], failure[1]}) ::close(end);
    streams_[0].descriptor = out[0];
    streams_[1].descriptor = err[0];
    int error = pid_ < 0 ? errno : 0;
    if (pid_ > 0 && ::read(failure[0], &error, sizeof error) == 0) error = 0;
    ::close(failure[0]);
    if (error == 0) return;
    (void)wait(0);
    close_streams();
    throw Exception(ErrorCode::not_found,
                    fmt::format("{} cannot be run: {}", child.program, std::strerror(error)));
  }

  ~Running() {
    if (is_running()) {
      ::kill(pid_, SIGKILL);
      (void)wait(0);
    }
    close_streams();
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  const Child& child() const noexcept { return child_; }
  bool is_running() const noexcept { return pid_ > 0 && !status_; }
  void send(int signal) const {
    if (is_running()) ::kill(pid_, signal);
  }

  /// What waitpid gave, once the process has ended.
  std::optional<int> ended() {
    if (is_running()) (void)wait(WNOHANG);
    return status_;
  }

  void add_to(std::vector<pollfd>& polled) const {
    for (const Stream& stream : streams_) polled.push_back({stream.descriptor, POLLIN, 0});
  }

  /// Hands on what is there without waiting.
  void read_lines() {
    for (Stream& stream : streams_) read_lines(stream);
  }

  /// The rest, a last line without a newline included.
  void finish_lines() {
    read_lines();
    for (Stream& stream : streams_) {
      if (!stream.begun.empty()) emit(stream, std::exchange(stream.begun, {}));
    }
  }

 private:
  struct Stream {
    int descriptor = -1;
    std::string begun;  ///< a line whose end has not come
  };

  bool wait(int flags) {
    int status = 0;
    if (pid_ <= 0 || ::waitpid(pid_, &status, flags) != pid_) return false;
    status_ = status;
    return true;
  }

  void close_streams() {
    for (Stream& stream : streams_) {
      if (stream.descriptor >= 0) ::close(std::exchange(stream.descriptor, -1));
    }
  }

  void emit(const Stream& stream, std::string_view line) const {
    options_.on_line(&stream == &streams_[0], fmt::format("[{}] {}", child_.label, line));
  }

  void read_lines(Stream& stream) {
    std::array<char, 4096> block{};
    pollfd ready{stream.descriptor, POLLIN, 0};
    while (stream.descriptor >= 0 && ::poll(&ready, 1, 0) > 0) {
      const ssize_t count = ::read(stream.descriptor, block.data(), block.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) {
        ::close(std::exchange(stream.descriptor, -1));
        return;
      }
      stream.begun.append(block.data(), static_cast<std::size_t>(count));
      std::size_t begin = 0;
      for (std::size_t end = 0; (end = stream.begun.find('\n', begin)) != std::string::npos;
           begin = end + 1) {
        emit(stream, std::string_view(stream.begun).substr(begin, end - begin));
      }
      stream.begun.erase(0, begin);
      if (stream.begun.size() > kLineBytesMax) emit(stream, std::exchange(stream.begun, {}));
    }
  }

  const Child& child_;
  const SupervisorOptions& options_;
  pid_t pid_ = -1;
  std::array<Stream, 2> streams_;
  std::optional<int> status_;
};

std::string describe_end(const Child& child, int status) {
  if (WIFSIGNALED(status)) {
    return fmt::format("{} was ended by the signal {}", child.label, ::strsignal(WTERMSIG(status)));
  }
  return fmt::format("{} ended with status {}", child.label, WEXITSTATUS(status));
}

class Supervisor {
 public:
  Supervisor(std::span<const Child> children, const SupervisorOptions& options)
      : options_(options) {
    for (const Child& child : children) {
      running_.push_back(std::make_unique<Running>(child, options));
    }
  }

  int run() {
    Running& leader = *running_.back();
    std::optional<int> result;
    std::optional<Clock::time_point> asked;
    while (!result) {
      wait_for_output();
      if (const auto status = leader.ended())
        result = result_of(leader, *status, asked.has_value());
      if (!result) result = check_helpers();
      if (!asked && options_.stop_is_wanted()) {
        asked = Clock::now();
        leader.send(SIGINT);
      }
      if (asked && Clock::now() - *asked > kLeaderGrace) result = kFailed;
    }
    end_all();
    return *result;
  }

 private:
  void wait_for_output() {
    std::vector<pollfd> polled;
    for (const auto& one : running_) one->add_to(polled);
    // Ends of processes and signals are seen at the next tick; a signal ends the waiting.
    (void)::poll(polled.data(), polled.size(), static_cast<int>(kTick.count()));
    for (const auto& one : running_) one->read_lines();
  }

  int result_of(const Running& leader, int status, bool was_asked) const {
    if (WIFEXITED(status)) return WEXITSTATUS(status);
    // The stop may come before the program has begun to listen for it.
    if (was_asked && WTERMSIG(status) == SIGINT) return kNothingFoundOrSomeFailed;
    options_.on_line(false, describe_end(leader.child(), status));
    return kFailed;
  }

  /// The end of a helper is told once; of one that is needed, it is the end of all.
  std::optional<int> check_helpers() {
    for (std::size_t i = 0; i + 1 < running_.size(); ++i) {
      Running& helper = *running_[i];
      if (!helper.is_running()) continue;
      const auto status = helper.ended();
      if (!status) continue;
      helper.finish_lines();
      options_.on_line(false, describe_end(helper.child(), *status) + " before the work was done");
      if (!helper.child().is_needed) continue;
      const int code = WIFEXITED(*status) ? WEXITSTATUS(*status) : 0;
      return code == 0 ? kFailed : code;
    }
    return std::nullopt;
  }

  bool any_runs() {
    bool any = false;
    for (const auto& one : running_) any = !one->ended() || any;
    return any;
  }

  void end_all() {
    for (const int signal : {SIGINT, SIGTERM, SIGKILL}) {
      for (const auto& one : running_) one->send(signal);
      const auto deadline = Clock::now() + kGrace;
      while (any_runs() && Clock::now() < deadline) {
        wait_for_output();
        // Streams that are closed give poll nothing to wait for.
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    }
    for (const auto& one : running_) one->finish_lines();
  }

  const SupervisorOptions& options_;
  std::vector<std::unique_ptr<Running>> running_;
};

}  // namespace

int supervise(std::span<const Child> children, const SupervisorOptions& options) {
  return Supervisor(children, options).run();
}

}  // namespace clipdex::cli
