# For those who clean the environment: moved_clock holds the settings of a clock that `at_time` of the
# stories has moved, and nothing otherwise. What becomes root on the way (nginx) gets the real clock:
# there the environment is another one, and the loader preloads nothing into a setuid program.
# shellcheck shell=bash disable=SC2034
moved_clock=()
if [[ -n ${FAKETIME:-} ]]; then
  for name in LD_PRELOAD FAKETIME FAKETIME_DONT_FAKE_MONOTONIC NO_FAKE_STAT; do
    [[ -z ${!name:-} ]] || moved_clock+=("$name=${!name}")
  done
fi
