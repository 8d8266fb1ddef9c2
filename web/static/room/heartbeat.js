/** A worker that beats once a second: the timers of a page in the background are slowed down, those of a worker are not. */
setInterval(() => postMessage(0), 1000);
