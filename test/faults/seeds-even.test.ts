import { playSeeds } from "./play-seeds.ts";

playSeeds({ share: 0, of: 2 });
