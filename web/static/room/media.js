/** Sound and picture: hearing the programme, sending one's own, and checking one's devices. */
export { listen } from "./media/listener.js";
export { publish } from "./media/publisher.js";
export { devices, release, levelOf, LevelMeter, testTone } from "./media/devices.js";
