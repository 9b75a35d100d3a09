#include "dds/peer.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

#include "dds/graph.hpp"
#include "support/places.hpp"

namespace clipdex::test {

Peer::Peer(std::initializer_list<std::string> arguments) {
  std::string program = (build_directory() / "bin" / "dds_test_peer").string();
  std::vector<std::string> words(arguments);
  std::vector<char*> argv{program.data()};
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  int in[2];
  int out[2];
  if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0) {
    throw std::runtime_error("cannot make pipes");
  }
  ::signal(SIGPIPE, SIG_IGN);  // A peer that is gone is seen by what it does not say.
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(in[0], STDIN_FILENO);
    ::dup2(out[1], STDOUT_FILENO);
    ::execv(program.c_str(), argv.data());
    ::_exit(127);
  }
  ::close(in[0]);
  ::close(out[1]);
  in_ = in[1];
  out_ = out[0];
  reader_ = std::thread([this] { read_lines(); });
}

Peer::~Peer() { kill(); }

void Peer::tell(const std::string& line) {
  const std::string text = line + "\n";
  if (::write(in_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    throw std::runtime_error("the peer does not listen");
  }
}

std::string Peer::find(const std::string& start) const {
  for (const std::string& line : lines_) {
    if (line.starts_with(start)) return line;
  }
  return "";
}

std::string Peer::wait_for_line(const std::string& start) const {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kPatience, [&] { return ended_ || !find(start).empty(); });
  return find(start);
}

std::vector<std::string> Peer::lines(const std::string& start) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> found;
  for (const std::string& line : lines_) {
    if (line.starts_with(start)) found.push_back(line);
  }
  return found;
}

void Peer::signal(int number) const {
  if (pid_ > 0) ::kill(pid_, number);
}

void Peer::kill() {
  signal(SIGKILL);
  finish();
}

int Peer::finish() {
  if (pid_ <= 0) return -1;
  ::close(in_);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  reader_.join();
  ::close(out_);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void Peer::read_lines() {
  std::string line;
  char buffer[4096];
  ssize_t count = 0;
  while ((count = ::read(out_, buffer, sizeof(buffer))) > 0) {
    const std::lock_guard lock(mutex_);
    for (ssize_t i = 0; i < count; ++i) {
      if (buffer[i] != '\n') {
        line += buffer[i];
        continue;
      }
      lines_.push_back(line);
      line.clear();
    }
    changed_.notify_all();
  }
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

}  // namespace clipdex::test
