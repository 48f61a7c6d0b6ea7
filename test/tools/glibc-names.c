/*
 * What Debian's libstdc++ and libgcc take from glibc and musl does not have, so that a program for musl
 * runs on Debian, which has no C++ library for musl. It bears the name of glibc's loader, which they ask for.
 */
#include <locale.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/random.h>
#include <time.h>

/* False: there may be threads at any time. */
char __libc_single_threaded = 0;

uint32_t arc4random(void) {
  uint32_t number = 0;
  getrandom(&number, sizeof number, 0);
  return number;
}

size_t __strftime_l(char *to, size_t size, const char *format, const struct tm *at, locale_t locale) {
  return strftime_l(to, size, format, at, locale);
}

/* What a thread leaves at its end goes with the process. */
int __cxa_thread_atexit_impl(void (*destroy)(void *), void *object, void *library) {
  (void)destroy, (void)object, (void)library;
  return 0;
}

/* Not found: then libgcc walks the list of libraries. */
int _dl_find_object(void *address, void *found) {
  (void)address, (void)found;
  return -1;
}

/* No special feature of a processor. */
int __cpu_indicator_init(void) { return 0; }
struct { unsigned vendor, type, subtype, features[1]; } __cpu_model;
