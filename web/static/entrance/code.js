import { ask, goOn, onSubmit } from "./ask.js";

onSubmit("code", async (data) => goOn(await ask("/api/code", data)));
