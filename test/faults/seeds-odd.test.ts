import { playSeeds } from "./play-seeds.ts";

playSeeds({ share: 1, of: 2 });
