#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "net/door/completion.hpp"
#include "net/door/network.hpp"
#include "store/storage.hpp"

/// Doors without an operating system behind them, for tests of what drives the world.
namespace seedwalk::test {

/// Joins each dial to the one listener, and carries bytes between the two ends by handlers of an
/// io_context, in pieces of at most 700 bytes. Ids are given as by `asio_network`. It knows no
/// credit but that of bytes.
class memory_network final : public net::network {
public:
  memory_network(boost::asio::io_context& io, net::completion_sink& sink) : io_(io), sink_(sink) {}

  net::connection_id connect(const net::address&, std::chrono::milliseconds,
                             net::owner owner) override {
    const auto near = last_ += 2;
    ends_[near].owner = owner;
    later([this, near] {
      if (!ends_.contains(near))
        return;
      const auto far = last_accepted_ += 2;
      ends_[near].other = far;
      ends_[far].other = near;
      sink_.deliver(listener_owner_,
                    net::accepted{{listener_}, {far}, net::endpoint{}, net::endpoint{}});
      sink_.deliver(ends_[near].owner, net::connected{{near}, net::endpoint{}});
    });
    return {near};
  }
  net::listener_id listen(const net::address& local, net::owner owner) override {
    listener_ = last_ += 2;
    listener_owner_ = owner;
    later([this, local] { sink_.deliver(listener_owner_, net::listening{{listener_}, local}); });
    return {listener_};
  }
  void own(net::connection_id id, net::owner owner) override { ends_[id.value].owner = owner; }
  void want(net::connection_id id, std::uint32_t more) override {
    ends_[id.value].wanted += more;
    later([this, id] { flow(id.value); });
  }
  void write(net::connection_id id, net::buffer data) override {
    const auto i = ends_.find(id.value);
    if (i == ends_.end())
      return;
    const auto to = i->second.other;
    ends_[to].incoming.push_back(std::move(data));
    later([this, to, id] {
      flow(to);
      if (const auto j = ends_.find(id.value); j != ends_.end())
        sink_.deliver(j->second.owner, net::drained{id});
    });
  }
  void close(net::connection_id id, net::closing) override {
    later([this, id] {
      const auto other = ends_[id.value].other;
      end(id.value, net::error::none);
      end(other, net::error::reset);
    });
  }
  net::resolve_id resolve(const std::string&, std::uint16_t, std::chrono::milliseconds,
                          net::owner) override {
    return {last_ += 2};
  }
  net::datagram_socket_id open_datagrams(const net::endpoint&, net::owner) override {
    return {last_ += 2};
  }
  void find_routes(net::owner owner) override {
    later([this, owner] { sink_.deliver(owner, net::routes_found{true, false, false, false}); });
  }
  void accept(net::listener_id, std::uint32_t) override {}
  void stop_listening(net::listener_id) override {}
  void end_output(net::connection_id) override {}
  void want_datagrams(net::datagram_socket_id, std::uint32_t) override {}
  void send_datagram(net::datagram_socket_id, const net::endpoint&, const net::endpoint&,
                     net::buffer) override {}
  void close_datagrams(net::datagram_socket_id) override {}

private:
  struct one_end {
    net::owner owner;
    std::uint64_t other = 0;
    std::uint64_t wanted = 0;
    std::deque<net::buffer> incoming;
  };

  template <class F>
  void later(F f) {
    boost::asio::post(io_, std::move(f));
  }

  void flow(std::uint64_t id) {
    const auto i = ends_.find(id);
    if (i == ends_.end() || i->second.owner == net::nobody)
      return;
    auto& end = i->second;
    while (end.wanted > 0 && !end.incoming.empty()) {
      auto& first = end.incoming.front();
      const auto piece = first.slice(0, std::min<std::uint64_t>(end.wanted, 700));
      end.wanted -= piece.size();
      first = first.slice(piece.size());
      if (first.empty())
        end.incoming.pop_front();
      sink_.deliver(end.owner, net::received{{id}, piece});
    }
  }

  void end(std::uint64_t id, net::error reason) {
    const auto i = ends_.find(id);
    if (i == ends_.end())
      return;
    const auto owner = i->second.owner;
    ends_.erase(i);
    sink_.deliver(owner, net::closed{{id}, reason});
  }

  boost::asio::io_context& io_;
  net::completion_sink& sink_;
  std::map<std::uint64_t, one_end> ends_;
  std::uint64_t last_accepted_ = -1;
  std::uint64_t last_ = 0;
  std::uint64_t listener_ = 0;
  net::owner listener_owner_;
};

/// Acknowledges every batch from a thread of its own, in order. Takes calls from any thread.
class memory_storage final : public store::storage {
public:
  explicit memory_storage(store::completion_sink& sink)
      : sink_(sink), thread_([this] { serve(); }) {}
  ~memory_storage() override {
    {
      const std::lock_guard lock{mutex_};
      over_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }

  store::request_id write(store::batch batch, net::owner owner) override {
    store::written done;
    done.result.results.resize(batch.operations.size());
    return put(std::move(done), owner);
  }
  store::request_id query(store::query, net::owner owner) override {
    return put(store::answered{}, owner);
  }

private:
  template <class Answer>
  store::request_id put(Answer answer, net::owner owner) {
    store::request_id id;
    {
      const std::lock_guard lock{mutex_};
      id = {++last_};
      answer.request = id;
      waiting_.emplace_back(owner, std::move(answer));
    }
    changed_.notify_one();
    return id;
  }

  void serve() {
    std::unique_lock lock{mutex_};
    for (;;) {
      changed_.wait(lock, [this] { return over_ || !waiting_.empty(); });
      if (over_)
        return;
      auto [owner, completion] = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      sink_.deliver(owner, std::move(completion));
      lock.lock();
    }
  }

  store::completion_sink& sink_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t last_ = 0; ///< Guarded by mutex_, as are those below.
  std::deque<std::pair<net::owner, store::completion>> waiting_;
  bool over_ = false;
  std::thread thread_;
};

} // namespace seedwalk::test
