#include "sim/scenario/shrink/reduction.hpp"

#include <algorithm>

namespace seedwalk::sim {

namespace {

class part_reduction final : public reduction {
public:
  part_reduction(crawl_scenario s, scenario_parts parts)
      : current_(std::move(s)), parts_(std::move(parts)), size_(parts_.count(current_)) {}

  std::optional<crawl_scenario> next() override {
    while (true) {
      const auto count = parts_.count(current_);
      if (count == 0 || size_ == 0)
        return std::nullopt;
      if (at_ >= count) {
        if (size_ == 1 && !is_smaller_)
          return std::nullopt;
        size_ = (std::min(size_, count) + 1) / 2;
        at_ = 0;
        is_smaller_ = false;
      }
      candidate_ = parts_.without(current_, at_, std::min(at_ + size_, count));
      // One that has as many parts as before would be asked for ever.
      if (candidate_ && parts_.count(*candidate_) < count)
        return candidate_;
      at_ += size_;
    }
  }

  void answer(bool fails) override {
    if (!fails) {
      at_ += size_;
      return;
    }
    current_ = std::move(*candidate_);
    is_smaller_ = true;
  }

  std::unique_ptr<reduction> copy() const override {
    return std::make_unique<part_reduction>(*this);
  }

private:
  crawl_scenario current_;
  scenario_parts parts_;
  std::size_t size_; ///< So many are taken away at once.
  std::size_t at_ = 0;
  bool is_smaller_ = false; ///< Something went since the beginning was last passed.
  std::optional<crawl_scenario> candidate_;
};

class simplification final : public reduction {
public:
  simplification(crawl_scenario s, scenario_choices choices)
      : current_(std::move(s)), choices_(std::move(choices)) {}

  std::optional<crawl_scenario> next() override {
    while (true) {
      if (!is_asked_) {
        auto simpler = choices_.simpler(current_, place_);
        if (!simpler)
          return std::nullopt;
        simpler_ = std::move(*simpler);
        is_asked_ = true;
        nth_ = 0;
      }
      if (nth_ != simpler_.size() && times_ != choices_.times_max)
        return simpler_[nth_];
      ++place_;
      times_ = 0;
      is_asked_ = false;
    }
  }

  void answer(bool fails) override {
    if (!fails) {
      ++nth_;
      return;
    }
    current_ = std::move(simpler_[nth_]);
    ++times_;
    is_asked_ = false;
  }

  std::unique_ptr<reduction> copy() const override {
    return std::make_unique<simplification>(*this);
  }

private:
  crawl_scenario current_;
  scenario_choices choices_;
  std::vector<crawl_scenario> simpler_;
  bool is_asked_ = false;
  std::size_t place_ = 0;
  std::size_t nth_ = 0;
  std::size_t times_ = 0;
};

} // namespace

std::unique_ptr<reduction> without_parts(crawl_scenario s, scenario_parts parts) {
  return std::make_unique<part_reduction>(std::move(s), std::move(parts));
}

std::unique_ptr<reduction> with_simpler(crawl_scenario s, scenario_choices choices) {
  return std::make_unique<simplification>(std::move(s), std::move(choices));
}

} // namespace seedwalk::sim
