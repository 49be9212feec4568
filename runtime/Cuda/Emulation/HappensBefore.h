//===- HappensBefore.h - Which accesses are ordered --------------*- C++ -*-===//
//
// What a run in one order cannot show: whether another order would have been as good. Two accesses to one byte, of
// different threads and not both reads or both atomics, are a race unless something orders them:
//
//   a thread                 its own accesses, but for asynchronous copies: those lie anywhere between where they are
//                            begun and where their thread waits for them
//   a barrier of the block   all accesses of the block before it, and all after
//   a barrier of a warp      likewise of its lanes. Shuffles, ballots and matrix products exchange registers and order
//                            no memory (CUDA C++ Programming Guide, "Warp Shuffle Functions")
//   a fence and an atomic    what a thread did before a fence and the atomic after it comes before what another block
//                            does after a fence that follows its atomic on the same number, if that saw the first
//   a wait for the launch    all of the launches before; where those wait as well. A launch that was not allowed to
//   before                   begin early comes after all that were before it
//
// Each thread counts its own steps from one of these events to the next; a Clock is a thread's count. A thread knows of
// others how far they had come when it last heard of them, directly or not (vector clocks: Fidge,
// https://fileadmin.cs.lth.se/cs/Personal/Amr_Ergawy/dist-algos-papers/4.pdf). An access of thread t at its count c is
// ordered before what a thread does that knows t's count to be c or more.
//
// Accesses to a word are kept as long as a later one could race with them: lanes of a warp that do the same at the same
// count are one entry, and an entry goes when one that covers it is ordered after it (Flanagan and Freund,
// https://doi.org/10.1145/1542476.1542490).
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_EMULATION_HAPPENSBEFORE_H
#define TERN_RUNTIME_CUDA_EMULATION_HAPPENSBEFORE_H

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

namespace tern::emulation {

using Clock = std::uint32_t;
/// One for each thread of a block; shared by all who know the same.
using Clocks = std::shared_ptr<const std::vector<Clock>>;

/// What a thread knows of others.
struct Knowledge {
  Clocks block;                                           ///< Of its own block.
  std::shared_ptr<const std::map<unsigned, Clocks>> rest; ///< Of other blocks of the launch; null for nothing.
  unsigned launches = 0;                                  ///< The last launch whose end it knows, and all before.

  /// Knows what `other`, of a thread of the same block, knows as well.
  void add(const Knowledge &other) {
    block = later(block, other.block);
    addRest(other);
    launches = std::max(launches, other.launches);
  }
  /// Knows what a thread of block `from` knows as well.
  void addFrom(unsigned from, const Knowledge &other) {
    addRest(other);
    auto blocks =
        rest ? std::make_shared<std::map<unsigned, Clocks>>(*rest) : std::make_shared<std::map<unsigned, Clocks>>();
    Clocks &known = (*blocks)[from];
    known = later(known, other.block);
    rest = blocks;
    launches = std::max(launches, other.launches);
  }
  /// Knows what atomics told a thread of block `own`.
  void acquire(unsigned own, const Knowledge &other) {
    addRest(other);
    launches = std::max(launches, other.launches);
    if (!other.rest)
      return;
    if (auto found = other.rest->find(own); found != other.rest->end())
      block = later(block, found->second);
  }
  /// Knows what `other` knows of other blocks.
  void addRest(const Knowledge &other) {
    if (!other.rest || other.rest == rest)
      return;
    auto blocks = std::make_shared<std::map<unsigned, Clocks>>(*other.rest);
    if (rest)
      for (const auto &[index, clocks] : *rest)
        (*blocks)[index] = later((*blocks)[index], clocks);
    rest = blocks;
  }

private:
  static Clocks later(const Clocks &a, const Clocks &b) {
    if (!a || a == b)
      return b;
    auto both = std::make_shared<std::vector<Clock>>(*a);
    for (std::size_t i = 0; i < both->size(); ++i)
      (*both)[i] = std::max((*both)[i], (*b)[i]);
    return both;
  }
};

/// Where a thread is in the order.
struct Standing {
  unsigned launch = 0, block = 0, thread = 0;
  Clock clock = 1;
  Knowledge knowledge;
  Knowledge fenced;   ///< What it knew at its last fence, its own count included.
  Knowledge acquired; ///< Of atomics since; `rest` and `launches` alone count. Known after the next fence.

  /// What others know who hear of this thread: its knowledge and its count. Goes on to the next count.
  Knowledge publish() {
    Knowledge told = knowledge;
    auto clocks = std::make_shared<std::vector<Clock>>(*knowledge.block);
    (*clocks)[thread] = clock++;
    told.block = clocks;
    return told;
  }
};

enum class AccessKind : std::uint8_t { Read, Write, Atomic };

/// Accesses of lanes of a warp, alike and at the same count, to bytes of a word.
struct Access {
  unsigned launch, block;
  Clock clock;
  unsigned lanes;
  std::uint16_t warp;
  std::uint8_t bytes; ///< Of the word, a bit each.
  AccessKind kind;
  bool isUnderWay; ///< By an asynchronous copy: not ordered before anything until its thread waits for it.

  bool conflictsWith(AccessKind other) const { return kind != other || kind == AccessKind::Write; }
  bool isAlike(const Access &o) const {
    return launch == o.launch && block == o.block && clock == o.clock && warp == o.warp && kind == o.kind &&
           isUnderWay == o.isUnderWay;
  }
  /// Whether all of these happened before what `now` does next.
  bool isBefore(const Standing &now) const;
  unsigned firstLane() const { return static_cast<unsigned>(__builtin_ctz(lanes)); }
};

inline bool Access::isBefore(const Standing &now) const {
  if (launch != now.launch)
    return launch <= now.knowledge.launches;
  if (isUnderWay)
    return false;
  const std::vector<Clock> *known = now.knowledge.block.get();
  if (block != now.block) {
    if (!now.knowledge.rest)
      return false;
    auto found = now.knowledge.rest->find(block);
    if (found == now.knowledge.rest->end())
      return false;
    known = found->second.get();
  }
  for (unsigned left = lanes; left != 0; left &= left - 1) {
    unsigned thread = warp * 32u + static_cast<unsigned>(__builtin_ctz(left));
    bool isItself = block == now.block && thread == now.thread;
    if (!isItself && (*known)[thread] < clock)
      return false;
  }
  return true;
}

/// The accesses to words of memory that later ones could race with.
class AccessHistory {
public:
  static constexpr unsigned wordBytes = 4;

  /// Adds an access of [address, address + bytes) by `now`; the first that it races with, or null. What is found lives
  /// until the next call.
  const Access *add(std::uintptr_t address, unsigned bytes, AccessKind kind, const Standing &now,
                    bool isUnderWay = false) {
    for (std::uintptr_t at = address, end = address + bytes; at < end;) {
      std::uintptr_t word = at / wordBytes, next = std::min(end, (word + 1) * wordBytes);
      auto mask = static_cast<std::uint8_t>(((1u << (next - at)) - 1) << at % wordBytes);
      Access access{
          now.launch, now.block, now.clock, 1u << now.thread % 32, static_cast<std::uint16_t>(now.thread / 32),
          mask,       kind,      isUnderWay};
      if (const Access *other = addToWord(wordAt(word), access, now))
        return other;
      at = next;
    }
    return nullptr;
  }

  /// The writes under way of thread `now` to [address, address + bytes) have happened.
  void finish(std::uintptr_t address, unsigned bytes, const Standing &now) {
    for (std::uintptr_t word = address / wordBytes; word * wordBytes < address + bytes; ++word)
      for (Access &access : wordAt(word))
        if (access.isUnderWay && access.warp == now.thread / 32 && access.lanes == 1u << now.thread % 32) {
          access.isUnderWay = false;
          access.clock = now.clock;
        }
  }

  /// Whether every byte has been written.
  bool isWritten(std::uintptr_t address, unsigned bytes) {
    for (std::uintptr_t at = address; at < address + bytes; ++at) {
      const std::vector<Access> &word = wordAt(at / wordBytes);
      if (std::none_of(word.begin(), word.end(), [&](const Access &access) {
            return access.kind != AccessKind::Read && access.bytes >> at % wordBytes & 1;
          }))
        return false;
    }
    return true;
  }

  void clear() {
    pages.clear();
    lastPage = nullptr;
  }

private:
  static constexpr std::uintptr_t pageWords = 1024;
  using Page = std::vector<std::vector<Access>>;

  std::vector<Access> &wordAt(std::uintptr_t word) {
    if (!lastPage || word / pageWords != lastNumber) {
      lastNumber = word / pageWords;
      std::unique_ptr<Page> &page = pages[lastNumber];
      if (!page)
        page = std::make_unique<Page>(pageWords);
      lastPage = page.get();
    }
    return (*lastPage)[word % pageWords];
  }

  const Access *addToWord(std::vector<Access> &word, const Access &access, const Standing &now) {
    bool isThere = false;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < word.size(); ++i) {
      Access &old = word[i];
      if (old.isAlike(access) && (old.lanes == access.lanes || old.bytes == access.bytes)) {
        bool isSame = (old.lanes | access.lanes) == old.lanes;
        if (isSame || !access.conflictsWith(access.kind)) {
          old.lanes |= access.lanes;
          old.bytes |= access.bytes;
          isThere = true;
          word[kept++] = old;
          continue;
        }
      }
      if (old.bytes & access.bytes) {
        bool conflicts = old.conflictsWith(access.kind);
        bool mayGo = (old.bytes & ~access.bytes) == 0 && (access.kind == AccessKind::Write || old.kind == access.kind);
        if ((conflicts || mayGo) && !old.isBefore(now)) {
          if (conflicts) {
            found = old;
            return &found;
          }
          mayGo = false;
        }
        if (mayGo)
          continue;
      }
      word[kept++] = old;
    }
    word.resize(kept);
    if (!isThere)
      word.push_back(access);
    return nullptr;
  }

  std::unordered_map<std::uintptr_t, std::unique_ptr<Page>> pages;
  Page *lastPage = nullptr;
  std::uintptr_t lastNumber = 0;
  Access found{};
};

} // namespace tern::emulation

#endif // TERN_RUNTIME_CUDA_EMULATION_HAPPENSBEFORE_H
