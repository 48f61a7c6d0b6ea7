/*
 * swap DIRECTORY NAME: an agent that attacks whoever looks at its cell.
 *
 * For ever exchanges NAME with .swap-NAME in DIRECTORY, each in one step, so that at any
 * moment one of the two is there under that name. The pauses differ, so that an exchange
 * falls between any two calls of the one who looks. Ends with its parent.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>

int main(int argc, char **argv) {
  char other[300];
  int directory = argc == 3 ? open(argv[1], O_PATH | O_DIRECTORY) : -1;
  if (directory < 0) return 2;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  snprintf(other, sizeof other, ".swap-%s", argv[2]);
  puts("ready");
  fflush(stdout);
  for (;;) {
    if (renameat2(directory, argv[2], directory, other, RENAME_EXCHANGE) != 0) return 1;
    for (volatile int pause = rand() % 20000; pause > 0; pause--)
      ;
  }
}
