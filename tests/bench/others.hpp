#pragma once

namespace vitrine::bench {

/// How busy others kept the machine since this was made: the share of all processors' time that
/// neither this process nor its ended children used. 0 is a quiet machine; from a tenth on, times
/// of anything that waits (durable rows above all) say more about the others.
class Others {
  public:
    Others() : busy_(busy_seconds()), own_(own_seconds()), begin_(clock_seconds()) {}
    [[nodiscard]] double share() const;

  private:
    static double busy_seconds();
    static double own_seconds();
    static double clock_seconds();

    double busy_;
    double own_;
    double begin_;
};

}  // namespace vitrine::bench
