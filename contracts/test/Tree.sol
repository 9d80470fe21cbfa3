// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title RFC 9162 §2.1 word for word, over the leaves SHA-256(0x00 ‖ seed ‖ i): the judge of the contract's checks.
library Tree {
    function root(uint256 seed, uint256 size) internal pure returns (bytes32) {
        return _root(seed, 0, size);
    }

    /// @dev PROOF(m, D[n]) of §2.1.4.1, for 0 < m <= n.
    function consistencyProof(uint256 seed, uint256 m, uint256 n) internal pure returns (bytes32[] memory) {
        return _subproof(seed, m, 0, n, true);
    }

    function leaf(uint256 seed, uint256 index) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(uint8(0), seed, index));
    }

    /// @dev PATH(index, D[n]) of §2.1.3.1, for index < n.
    function inclusionProof(uint256 seed, uint256 index, uint256 n) internal pure returns (bytes32[] memory) {
        return _path(seed, index, 0, n);
    }

    function _path(uint256 seed, uint256 index, uint256 from, uint256 n) private pure returns (bytes32[] memory) {
        if (n == 1) return new bytes32[](0);
        uint256 k = _split(n);
        return index < k
            ? _append(_path(seed, index, from, k), _root(seed, from + k, n - k))
            : _append(_path(seed, index - k, from + k, n - k), _root(seed, from, k));
    }

    function _subproof(uint256 seed, uint256 m, uint256 from, uint256 n, bool complete)
        private
        pure
        returns (bytes32[] memory proof)
    {
        if (m == n) {
            proof = new bytes32[](complete ? 0 : 1);
            if (!complete) proof[0] = _root(seed, from, n);
            return proof;
        }
        uint256 k = _split(n);
        return m <= k
            ? _append(_subproof(seed, m, from, k, complete), _root(seed, from + k, n - k))
            : _append(_subproof(seed, m - k, from + k, n - k, false), _root(seed, from, k));
    }

    function _root(uint256 seed, uint256 from, uint256 size) private pure returns (bytes32) {
        if (size == 1) return leaf(seed, from);
        uint256 k = _split(size);
        return sha256(abi.encodePacked(uint8(1), _root(seed, from, k), _root(seed, from + k, size - k)));
    }

    /// @dev The largest power of two below n.
    function _split(uint256 n) private pure returns (uint256 k) {
        k = 1;
        while (k * 2 < n) k *= 2;
    }

    function _append(bytes32[] memory list, bytes32 item) private pure returns (bytes32[] memory longer) {
        longer = new bytes32[](list.length + 1);
        for (uint256 i = 0; i < list.length; ++i) longer[i] = list[i];
        longer[list.length] = item;
    }
}
