/* Another day for a program and its children: preloaded, ON_DAY_SECONDS away from the real clock.
 *
 * libfaketime was tried first. Its 0.9.10 (Debian 12, Ubuntu 24.04) moves sleeps on the monotonic clock though told to
 * leave that clock alone, so that every time.sleep of Python 3.11 fails, and takes one lock at each reading: under it
 * Prefect's server does not start in four minutes and Chromium never shows a page.
 *
 * Only the clock of the day is moved. A deadline on it goes back to the kernel as the kernel knows it; one on the
 * monotonic clock counts from the start of the machine, is small, and is left alone.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

enum { LONG_AGO = 1000000000 };

static time_t seconds;
static int (*real_gettime)(clockid_t, struct timespec *);
static int (*real_cond)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
static int (*real_sem)(sem_t *, const struct timespec *);
static int (*real_mutex)(pthread_mutex_t *, const struct timespec *);
static int (*real_sleep)(clockid_t, int, const struct timespec *, struct timespec *);

static void find(void **function, const char *name) {
    if (*function == NULL) *function = dlsym(RTLD_NEXT, name);
}

__attribute__((constructor)) static void begin(void) {
    const char *said = getenv("ON_DAY_SECONDS");
    seconds = said == NULL ? 0 : atoll(said);
    find((void **)&real_gettime, "clock_gettime");
}

static int is_of_the_day(clockid_t clock) { return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE; }

static struct timespec moved_back(const struct timespec *until) {
    struct timespec real = *until;
    if (real.tv_sec > LONG_AGO) real.tv_sec -= seconds;
    return real;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    if (real_gettime == NULL) begin();
    int failed = real_gettime(clock, now);
    if (!failed && is_of_the_day(clock)) now->tv_sec += seconds;
    return failed;
}

time_t time(time_t *also) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (also != NULL) *also = now.tv_sec;
    return now.tv_sec;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return 0;
}

int timespec_get(struct timespec *now, int base) {
    clock_gettime(CLOCK_REALTIME, now);
    return base;
}

int pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *until) {
    if (real_cond == NULL) real_cond = dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
    find((void **)&real_cond, "pthread_cond_timedwait");
    struct timespec real = moved_back(until);
    return real_cond(cond, mutex, &real);
}

int sem_timedwait(sem_t *sem, const struct timespec *until) {
    find((void **)&real_sem, "sem_timedwait");
    struct timespec real = moved_back(until);
    return real_sem(sem, &real);
}

int pthread_mutex_timedlock(pthread_mutex_t *mutex, const struct timespec *until) {
    find((void **)&real_mutex, "pthread_mutex_timedlock");
    struct timespec real = moved_back(until);
    return real_mutex(mutex, &real);
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *until, struct timespec *left) {
    find((void **)&real_sleep, "clock_nanosleep");
    struct timespec real = *until;
    if ((flags & TIMER_ABSTIME) && clock == CLOCK_REALTIME) real = moved_back(until);
    return real_sleep(clock, flags, &real, left);
}
